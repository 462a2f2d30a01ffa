"""Deliveries of calls, as workers share them, and telling workers of what has no row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celery import current_app

from accounts.targets.models import Target
from rooms.base import broker
from rooms.base.outgoing.queue import DeliveryQueue, Receiver, ReceiverState
from rooms.notifications.attempts import WAITS_S, attempt
from rooms.notifications.channels import queue_of
from rooms.notifications.models import Delivery, DeliveryQuerySet


class CallQueue(DeliveryQueue):
    task = "rooms.notifications.tasks.deliver_due"
    receiver = "target"
    waits_s = WAITS_S
    queue_facts = ("target__kind",)

    def rows(self) -> DeliveryQuerySet:
        return Delivery.objects.all()

    def queue_of(self, *facts: Any) -> str:
        return queue_of(facts[0])

    def find_state(self, receiver_id: int) -> ReceiverState | None:
        account_id = Target.objects.filter(pk=receiver_id).values_list("account_id", flat=True)
        found = account_id.first()
        return None if found is None else ReceiverState([holder_of(found)])

    def attempt(self, delivery_id: int) -> bool:
        return attempt(delivery_id)


CALLS = CallQueue()


def holder_of(account_id: int) -> str:
    """Whose places calls of this account take; see slots."""
    return f"call:{account_id}"


def ring(targets: Iterable[tuple[int, str]], after_s: int = 0) -> None:
    """Say that something is due for these targets (id, kind), now or in a while."""
    receivers = [Receiver(target_id, queue_of(kind)) for target_id, kind in targets]
    if after_s:
        CALLS.ring_later(receivers, after_s)
    else:
        CALLS.ring(receivers)


def ask_for_test(target: Target) -> bool:
    """Queue a test call and say whether the broker took it: no sweep looks after these."""
    return _ask(target, "rooms.notifications.tasks.send_test")


def ask_for_proof(target: Target) -> bool:
    """Queue the mail that asks an address's reader to agree; see ask_for_test."""
    return _ask(target, "rooms.notifications.tasks.send_proof")


def ask_for(task_name: str, queue: str, row_id: int | None = None) -> bool:
    """Queue a task, named because it sits higher up; a sweep is its retry."""
    return broker.publish([(current_app.signature(task_name), row_id, queue)])


def _ask(target: Target, task_name: str) -> bool:
    return broker.publish([(current_app.signature(task_name), target.pk, queue_of(target.kind))])
