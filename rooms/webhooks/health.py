"""What the tries say about an endpoint: well, failing, or given up."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.audit import trail
from rooms.base import counters
from rooms.webhooks.models import Webhook, WebhookDelivery

GIVE_UP_AFTER = timedelta(days=3)
# A first failure after a quiet week is no proof: this event has to have waited for a day, too.
TRIED_FOR = timedelta(days=1)
REASON_MAX_CHARS = 200
SWITCHED_OFF = "the webhook is switched off"


def note_success(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).exclude(failing_since=None).update(failing_since=None)


def note_failure(delivery: WebhookDelivery) -> None:
    """Remember since when the endpoint fails; one that failed for three days is switched off."""
    now, webhook = timezone.now(), delivery.webhook
    Webhook.objects.filter(pk=webhook.pk, failing_since=None).update(failing_since=now)
    failing_since = webhook.failing_since or now
    if failing_since <= now - GIVE_UP_AFTER and delivery.created_at <= now - TRIED_FOR:
        give_up(webhook, "It has failed for three days.")


def give_up(webhook: Webhook, reason: str) -> None:
    """Switch the webhook off for its owner, who can read why."""
    if disable(webhook, reason):
        counters.count("webhooks_disabled")


@transaction.atomic
def disable(webhook: Webhook, reason: str = "", actor: trail.Actor = None) -> bool:
    """Stop calling the endpoint and say whether it was on; what waits is not sent.

    It stays in the log and can be replayed.
    """
    reason = reason[:REASON_MAX_CHARS]
    enabled = Webhook.objects.filter(pk=webhook.pk, enabled=True)
    if not enabled.update(enabled=False, disabled_reason=reason):
        return False
    webhook.enabled, webhook.disabled_reason = False, reason
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookDelivery.State.WAITING)
    waiting.update(
        state=WebhookDelivery.State.SKIPPED,
        note=SWITCHED_OFF,
        lease_until=None,
        finished_at=Now(),
    )
    trail.record(webhook.account, actor, "webhook.disabled", webhook.uuid, reason=reason)
    return True
