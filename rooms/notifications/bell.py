"""Telling Celery that deliveries are due. The rows are the record; this only saves waiting."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import NamedTuple

from celery import current_app
from kombu.exceptions import OperationalError

from rooms.notifications.metrics import RINGS_FAILED
from rooms.notifications.tasks import deliver
from rooms.notifications.transports import queue_of

logger = logging.getLogger(__name__)

# After a failure nobody rings for a moment: a hung broker costs one wait, not one per join.
PAUSE_S = 5.0
_paused_until = 0.0


class Due(NamedTuple):
    """A delivery that may be tried now, and the kind of its target."""

    delivery_id: int
    kind: str


def ring(deliveries: Iterable[Due]) -> None:
    """Queue the deliveries. An absent broker is counted, never raised: the sweep is the retry."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    try:
        with current_app.producer_or_acquire() as producer:
            for due in deliveries:
                deliver.apply_async(
                    (due.delivery_id,), producer=producer, queue=queue_of(due.kind), retry=False
                )
    except (OperationalError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_S
        RINGS_FAILED.inc()
        logger.warning("The broker took no delivery, the sweep will find it: %s", error)
