"""Telling Celery that deliveries are due. The rows are the record; this only saves waiting."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from celery import current_app
from kombu.exceptions import OperationalError

from rooms.notifications.metrics import RINGS_FAILED

logger = logging.getLogger(__name__)

DELIVER_TASK = "rooms.notifications.deliver"
# After a failure nobody rings for a moment, so that a hung broker costs one wait, not one per join.
PAUSE_S = 5.0
_paused_until = 0.0


def ring(delivery_ids: Iterable[int]) -> int:
    """Queue the deliveries and return how many the broker took; never raises for its absence."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return 0
    count = 0
    try:
        with current_app.producer_or_acquire() as producer:
            for delivery_id in delivery_ids:
                # No retry: the sweep is the retry, and the guest is waiting.
                current_app.send_task(
                    DELIVER_TASK, (delivery_id,), producer=producer, retry=False
                )
                count += 1
    except (OperationalError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_S
        RINGS_FAILED.inc()
        logger.warning("The broker took no delivery: %s. The sweep will find them.", error)
    return count
