"""Deliveries of webhooks, as workers share them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rooms.base import http
from rooms.base.outgoing.queue import DeliveryQueue, Receiver, ReceiverState
from rooms.webhooks.attempts import WAITS_S, attempt
from rooms.webhooks.models import Webhook, WebhookDelivery, WebhookDeliveryQuerySet

QUEUE = "webhook"


class WebhookQueue(DeliveryQueue):
    task = "rooms.webhooks.tasks.deliver_due"
    receiver = "webhook"
    waits_s = WAITS_S

    def rows(self) -> WebhookDeliveryQuerySet:
        return WebhookDelivery.objects.all()

    def callable_rows(self) -> WebhookDeliveryQuerySet:
        """An endpoint that fails is the sweep's."""
        return self.rows().filter(webhook__failing_since=None)

    def queue_of(self, *facts: Any) -> str:
        return QUEUE

    def find_state(self, receiver_id: int) -> ReceiverState | None:
        """A place at the account, and one at the server, which many accounts may name."""
        webhook = Webhook.objects.filter(pk=receiver_id).first()
        if webhook is None:
            return None
        holders = [f"webhook:{webhook.account_id}", f"webhook:{http.server_of(webhook.url)}"]
        return ReceiverState(holders, is_failing=webhook.failing_since is not None)

    def attempt(self, delivery_id: int) -> bool:
        return attempt(delivery_id)


DELIVERIES = WebhookQueue()


def ring(webhook_ids: Iterable[int]) -> None:
    """Say that something is due for these webhooks; see DeliveryQueue.ring."""
    DELIVERIES.ring(Receiver(webhook_id, QUEUE) for webhook_id in webhook_ids)
