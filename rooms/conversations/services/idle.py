"""Rooms in which nobody said a word for long are closed by themselves; the next word opens them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from redis import RedisError

from rooms.base import presence
from rooms.conversations.models import Room, RoomQuerySet
from rooms.conversations.services.rooms import close_room
from rooms.properties.models import Property

BATCH_ROWS = 200
MAX_BATCHES = 40


def close_idle_rooms() -> int:
    """Close what was silent for its property's `idle_days`, batch by batch; return how many.

    Where no text is stored nobody sees that one was said, so a room with somebody in it stays.
    """
    closed, last = 0, 0
    for _ in range(MAX_BATCHES):
        seen, batch_closed, last = _close_batch(last)
        closed += batch_closed
        if seen < BATCH_ROWS:
            break
    return closed


def _find_idle() -> RoomQuerySet:
    limit = Now() - F("property__idle_days") * timedelta(days=1)
    return (
        Room.objects.not_closed().begun().filter(property__idle_days__gt=0, activity_at__lt=limit)
    )


@transaction.atomic
def _close_batch(after: int) -> tuple[int, int, int]:
    """Return how many rooms were looked at, how many closed, and the last one's row id.

    What somebody else holds is left for the next time: they are saying a word just now.
    """
    rows = _find_idle().filter(pk__gt=after).order_by("pk")
    locked = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
    batch = list(locked.select_related("property", "account", "link")[:BATCH_ROWS])
    occupied = _find_occupied(batch)
    idle = [room for room in batch if room.uuid not in occupied]
    for room in idle:
        close_room(room=room, idle=True)
    return len(batch), len(idle), batch[-1].pk if batch else after


def _find_occupied(batch: list[Room]) -> set[object]:
    unstored = [room.uuid for room in batch if room.property.storage != Property.Storage.KEEP]
    if not unstored:
        return set()
    try:
        return set(presence.find_occupied(unstored))
    except RedisError:
        return set(unstored)
