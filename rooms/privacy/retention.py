"""Keeping what properties promise about time: a run a day, property and kind, in small steps.

A run's row says how far it came, in the transaction of each step: a killed worker leaves it
between two steps, and who comes next goes on there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from rooms.base import counters, hooks
from rooms.conversations.models import Room
from rooms.notifications.queue import ask_for
from rooms.privacy import removing
from rooms.properties.models import Property, RetentionRun

WORK_OFF = "rooms.tasks.apply_retention"
EMPTY_ROOM = "rooms.tasks.apply_retention_at_close"
QUEUE = "maintenance"
# Then the task goes to the end of its queue, so that others get a turn.
STRETCH_S = 5.0
BEGIN_PROPERTIES = 500
# Messages go first, then the files and visits that are left.
KINDS: dict[str, Callable[..., removing.Step]] = {
    "messages": removing.remove_messages,
    "files": removing.remove_files,
    "arrivals": removing.remove_arrivals,
    "addresses": removing.remove_addresses,
}
# What a lost ring left at the close is found after so long.
AGAIN_AFTER = timedelta(hours=1)


def work_off(*, stretch_s: float = STRETCH_S) -> bool:
    """Begin the day's runs and work on those not finished for a while; True if more is left."""
    end = time.monotonic() + stretch_s
    begin_runs(timezone.now())
    last = 0
    while (run := _find_next(last)) is not None:
        while _take_step(run):
            if time.monotonic() > end:
                return True
        last = run
    return False


def begin_runs(now: datetime) -> None:
    """Note what is to be done today; a repeat changes nothing but what goes at close."""
    RetentionRun.objects.filter(
        day=now.date(), at_close=True, finished_at__lt=now - AGAIN_AFTER
    ).update(finished_at=None, cursor=0, until=now)
    for kind in KINDS:
        _begin_runs_of(kind, now)


def _begin_runs_of(kind: str, now: datetime) -> None:
    wanted = {f"retention_{kind}_days__isnull": False}
    begun = RetentionRun.objects.filter(day=now.date(), kind=kind).values("property")
    waiting = Property.objects.filter(**wanted).exclude(pk__in=begun).order_by("pk")
    while batch := list(waiting[:BEGIN_PROPERTIES]):
        runs = [_plan_run(property, kind, now) for property in batch]
        RetentionRun.objects.bulk_create(runs, ignore_conflicts=True)
        _forget_idle(kind, batch, now)


def _plan_run(property: Property, kind: str, now: datetime) -> RetentionRun:
    days = property.get_retention(kind) or 0
    return RetentionRun(
        account_id=property.account_id,
        property=property,
        kind=kind,
        day=now.date(),
        until=now - timedelta(days=days),
        at_close=days == 0,
    )


def _forget_idle(kind: str, properties: list[Property], now: datetime) -> None:
    """Earlier runs that had nothing to do prove no more than the newest one."""
    idle = RetentionRun.objects.filter(kind=kind, property__in=properties, removed=0)
    idle.filter(day__lt=now.date()).exclude(finished_at=None).delete()


def _find_next(after: int) -> int | None:
    rows = RetentionRun.objects.unfinished().filter(pk__gt=after).order_by("pk")
    return rows.values_list("pk", flat=True).first()


@transaction.atomic
def _take_step(run_id: int) -> bool:
    """Do the next step of the run and note it; True if more is left for us."""
    free = RetentionRun.objects.unfinished().select_for_update(skip_locked=True, of=("self",))
    run = free.filter(pk=run_id).select_related("property").first()
    if run is None:
        return False
    step = KINDS[run.kind](run) if _is_still_wanted(run) else removing.Step(0, None)
    run.removed += step.removed
    run.cursor = step.cursor or 0
    run.finished_at = timezone.now() if step.cursor is None else None
    run.save(update_fields=["removed", "cursor", "finished_at"])
    _count(run.kind, step.removed)
    return run.finished_at is None


def _is_still_wanted(run: RetentionRun) -> bool:
    """Whoever chose a longer time meanwhile gets it at once."""
    days = run.property.get_retention(run.kind)
    if days is None or (days == 0) != run.at_close:
        return False
    return run.at_close or run.until <= timezone.now() - timedelta(days=days)


def empty_room(room_id: int) -> bool:
    """Remove what the room's property keeps until the close; True if more is left to do."""
    room = Room.objects.filter(pk=room_id, status=Room.Status.CLOSED)
    found = room.select_related("property").first()
    if found is None:
        return False
    more = [_empty(found, kind) for kind in KINDS if found.property.get_retention(kind) == 0]
    return any(more)


@transaction.atomic
def _empty(room: Room, kind: str) -> bool:
    now = timezone.now()
    plan = _plan_run(room.property, kind, now)
    plan.finished_at = now
    facts: dict[str, Any] = {"property": room.property, "kind": kind, "day": now.date()}
    RetentionRun.objects.bulk_create([plan], ignore_conflicts=True)
    run = RetentionRun.objects.select_for_update().get(**facts)
    step = KINDS[kind](_only_for(run, now), room)
    RetentionRun.objects.filter(pk=run.pk).update(removed=run.removed + step.removed)
    _count(kind, step.removed)
    return step.cursor is not None


def _only_for(run: RetentionRun, now: datetime) -> RetentionRun:
    """The same work for one room, from its beginning on, whatever the day's run is at."""
    return RetentionRun(
        account_id=run.account_id,
        property_id=run.property_id,
        kind=run.kind,
        until=now,
        at_close=True,
    )


def _count(kind: str, removed: int) -> None:
    if removed:
        counters.count("retention_removed", kind, amount=removed)


def empty_after_close(room: Room, **_: Any) -> None:
    """Have a room emptied right after it was closed, where its property wants that."""
    if any(room.property.get_retention(kind) == 0 for kind in KINDS):
        transaction.on_commit(partial(ask_for, EMPTY_ROOM, QUEUE, room.pk), robust=True)


def listen() -> None:
    """Answer what lower floors did."""
    hooks.room_closed.connect(empty_after_close)
