"""Telling Celery that deliveries are due. The rows are the record; this only saves waiting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from celery import current_app

from accounts.targets.models import Target
from rooms.base import broker
from rooms.notifications.channels import queue_of
from rooms.notifications.tasks import deliver, send_proof, send_test


class DueDelivery(NamedTuple):
    """A delivery that may be tried now, and the kind of its target."""

    delivery_id: int
    kind: str


def ring(deliveries: Iterable[DueDelivery]) -> None:
    """Queue the deliveries. An absent broker is counted, never raised: the sweep is the retry."""
    broker.publish((deliver, due.delivery_id, queue_of(due.kind)) for due in deliveries)


def ask_for_test(target: Target) -> bool:
    """Queue a test call and say whether the broker took it: no sweep looks after these."""
    return broker.publish([(send_test, target.pk, queue_of(target.kind))])


def ask_for_proof(target: Target) -> bool:
    """Queue the mail that asks an address's reader to agree; see ask_for_test."""
    return broker.publish([(send_proof, target.pk, queue_of(target.kind))])


def ask_for(task_name: str, queue: str) -> bool:
    """Queue a task without arguments, named because it sits higher up; a sweep is its retry."""
    return broker.publish([(current_app.signature(task_name), None, queue)])
