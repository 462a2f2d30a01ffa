"""Telling Celery that webhooks are due. The rows are the record; this only saves waiting."""

from __future__ import annotations

from collections.abc import Iterable

from rooms.base import broker
from rooms.webhooks.tasks import QUEUE, deliver


def ring(delivery_ids: Iterable[int]) -> None:
    """Queue the deliveries. An absent broker is counted, never raised: the sweep is the retry."""
    broker.publish((deliver, delivery_id, QUEUE) for delivery_id in delivery_ids)
