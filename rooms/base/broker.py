"""Telling Celery that rows are due, without ever waiting long for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache
from typing import Any

from celery import current_app
from kombu import pools
from kombu.exceptions import KombuError
from kombu.pools import ProducerPool
from prometheus_client import Counter

from accounts.base.breaker import Breaker

logger = logging.getLogger(__name__)

RINGS_FAILED = Counter(
    "doorbell_delivery_rings_failed_total",
    "Times the broker could not be told that deliveries are due.",
)
_breaker = Breaker(pause_s=5)
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


def publish(jobs: Iterable[tuple[Any, int | None, str]], after_s: int = 0) -> bool:
    """Queue each (task, row id, queue) and say whether the broker took them; never raises.

    A row id of None is for tasks that find their rows themselves. `after_s` is when they begin:
    at most a minute, for a broker hands a task that waits longer to somebody else as well.
    """
    later = {"countdown": after_s} if after_s else {}
    if _breaker.is_open:
        return False
    try:
        with _open_producers().acquire(block=True, timeout=PATIENCE_S) as producer:
            for task, row_id, queue in jobs:
                args = () if row_id is None else (row_id,)
                task.apply_async(args, producer=producer, queue=queue, retry=False, **later)
    except (KombuError, OSError) as error:
        _breaker.trip()
        RINGS_FAILED.inc()
        logger.warning("The broker took no task: %s", error)
        return False
    return True


@cache
def _open_producers() -> ProducerPool:
    connection = current_app.connection_for_write(transport_options=IMPATIENT)
    opened: ProducerPool = pools.producers[connection]
    return opened
