"""One row, one worker: claiming it for a while, and writing down what came of it.

A claim holds for DELIVERY_LEASE_S, longer than a task may take. Whoever comes back later than that
changes nothing any more: the row is somebody else's.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Now

from rooms.base.outgoing.models import (
    SENDING,
    WAITING,
    OutgoingQuerySet,
    OutgoingRow,
    OutgoingState,
)

JITTER = 0.2


def lease_end() -> Any:
    """On the database's clock, which is also the one that says what is due."""
    return Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)


@transaction.atomic
def claim(rows: OutgoingQuerySet[Any]) -> int | None:
    """Take the first of these rows that is ready and return its id; None if there is none.

    Two workers never get the same one, and neither waits for the other.
    """
    found = first_in_line(rows.ready(), 1)
    if not found:
        return None
    rows.model.objects.filter(pk=found[0]).update(state=SENDING, lease_until=lease_end())
    return found[0]


def first_in_line(rows: OutgoingQuerySet[Any], count: int) -> list[int]:
    """Lock up to so many rows that nobody else has locked, and return their ids."""
    locked = rows.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "pk")
    return list(locked.values_list("pk", flat=True)[:count])


def mark_queued(rows: models.QuerySet[Any]) -> None:
    """Leave these rows alone for a lease's time, so that a long queue does not grow by itself."""
    rows.filter(state=WAITING).update(lease_until=lease_end())


def unqueue(rows: models.QuerySet[Any]) -> bool:
    """Let these rows be found again, and say whether any was marked as queued."""
    return bool(rows.filter(state=WAITING).exclude(lease_until=None).update(lease_until=None))


def settle(
    row: OutgoingRow, state: OutgoingState, *, tries: int = 0, wait_s: float = 0, **outcome: Any
) -> bool:
    """Write the outcome down if this worker still holds the row, and say whether it does."""
    held = type(row)._default_manager.filter(pk=row.pk, state=SENDING, lease_until=row.lease_until)
    return bool(
        held.update(
            state=state,
            attempts=F("attempts") + tries,
            next_at=Now() + timedelta(seconds=wait_s),
            lease_until=None,
            finished_at=None if state == WAITING else Now(),
            **outcome,
        )
    )


def next_wait_s(waits_s: Sequence[int], tries: int) -> float | None:
    """Return the wait after so many failed tries, with some jitter; None: it is given up."""
    if tries > len(waits_s):
        return None
    return waits_s[tries - 1] * (1 + random.uniform(0, JITTER))


def give_back_dropped(rows: models.QuerySet[Any], max_tries: int) -> None:
    """Let what dead workers were trying wait again, as one more try that failed.

    So a row that kills its worker is not tried for ever.
    """
    rows.filter(state=SENDING).update(
        state=WAITING, attempts=F("attempts") + 1, note="the worker died"
    )
    rows.filter(attempts__gte=max_tries).update(
        state=OutgoingState.FAILED, lease_until=None, finished_at=Now()
    )
