"""Telling Celery that deliveries are due. The rows are the record; this only saves waiting."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from celery import current_app
from kombu import pools
from kombu.exceptions import KombuError
from kombu.pools import ProducerPool

from accounts.models import Target
from rooms.notifications.metrics import RINGS_FAILED
from rooms.notifications.tasks import deliver, send_proof, send_test
from rooms.notifications.transports import queue_of

logger = logging.getLogger(__name__)

# After a failure nobody rings for a moment: a hung broker costs one wait, not one per join.
PAUSE_S = 5.0
_paused_until = 0.0
PATIENCE_S = 2
# Celery's own would wait for minutes: good for a worker, not for a guest at the door.
IMPATIENT = {
    "socket_timeout": PATIENCE_S,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "connect_retries_timeout": PATIENCE_S,
}


class Due(NamedTuple):
    """A delivery that may be tried now, and the kind of its target."""

    delivery_id: int
    kind: str


def ring(deliveries: Iterable[Due]) -> None:
    """Queue the deliveries. An absent broker is counted, never raised: the sweep is the retry."""
    _publish((deliver, due.delivery_id, queue_of(due.kind)) for due in deliveries)


def ask_for_test(target: Target) -> bool:
    """Queue a test call and say whether the broker took it: no sweep looks after these."""
    return _publish([(send_test, target.pk, queue_of(target.kind))])


def ask_for_proof(target: Target) -> bool:
    """Queue the mail that asks an address's reader to agree; see ask_for_test."""
    return _publish([(send_proof, target.pk, queue_of(target.kind))])


def _publish(jobs: Iterable[tuple[Any, int, str]]) -> bool:
    global _paused_until
    if time.monotonic() < _paused_until:
        return False
    try:
        with _open_producers().acquire(block=True, timeout=PATIENCE_S) as producer:
            for task, row_id, queue in jobs:
                task.apply_async((row_id,), producer=producer, queue=queue, retry=False)
    except (KombuError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_S
        RINGS_FAILED.inc()
        logger.warning("The broker took no task: %s", error)
        return False
    return True


@cache
def _open_producers() -> ProducerPool:
    connection = current_app.connection_for_write(transport_options=IMPATIENT)
    opened: ProducerPool = pools.producers[connection]
    return opened
