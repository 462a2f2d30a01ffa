"""Removing rooms that were left without a word. Visits and calls stay, so that history is true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from redis import RedisError

from rooms.arrivals.models import Arrival
from rooms.attachments.models import Attachment
from rooms.base import presence
from rooms.conversations.models import Message, Participant, Room, RoomQuerySet
from rooms.guests.models import Guest
from rooms.notifications.models import Delivery

BATCH_ROWS = 500
MAX_BATCHES = 40


def remove_wordless_rooms() -> int:
    """Remove what was left WORDLESS_ROOM_HOURS ago, batch by batch; return how many.

    Whoever sits in such a room is noted as seen, so that the hours count from their leaving.
    With Redis away nobody knows who is there, and nothing is removed.
    """
    before = timezone.now() - timedelta(hours=settings.WORDLESS_ROOM_HOURS)
    removed = 0
    try:
        for batch in _read_batches(before):
            here = presence.find_occupied([room.uuid for room in batch])
            sat_in = Room.objects.filter(uuid__in=here)
            Guest.objects.filter(participants__room__in=sat_in).update(last_seen_at=timezone.now())
            removed += _remove([room.pk for room in batch if room.uuid not in here], before)
    except RedisError:
        pass
    return removed


def _read_batches(before: datetime) -> Iterator[list[Room]]:
    """Walk through the rooms from the oldest on; those that stay do not hold up the others."""
    rows = _find_left(before).order_by("activity_at", "pk")
    last: Room | None = None
    for _ in range(MAX_BATCHES):
        page = rows.filter(_is_after(last)) if last else rows
        batch = list(page.only("uuid", "activity_at")[:BATCH_ROWS])
        if batch:
            last = batch[-1]
            yield batch
        if len(batch) < BATCH_ROWS:
            return


def _is_after(room: Room) -> Q:
    later = Q(activity_at__gt=room.activity_at)
    return later | Q(activity_at=room.activity_at, pk__gt=room.pk)


def _find_left(before: datetime) -> RoomQuerySet:
    """Wordless rooms nobody but their guests ever was in, whose guests were not seen since."""
    mine = {"room": OuterRef("pk")}
    others = Participant.objects.filter(**mine).exclude(kind=Participant.Kind.GUEST)
    seen = Participant.objects.filter(**mine, guest__last_seen_at__gte=before)
    unfinished = [Delivery.State.WAITING, Delivery.State.SENDING]
    calls = Delivery.objects.filter(arrival__room=OuterRef("pk"), state__in=unfinished)
    return Room.objects.wordless().filter(
        ~Exists(others),
        ~Exists(seen),
        ~Exists(calls),
        ~Exists(Message.objects.filter(**mine)),
        ~Exists(Attachment.objects.filter(**mine)),
        activity_at__lt=before,
        assignee=None,
        tags=[],
    )


@transaction.atomic
def _remove(room_ids: list[int], before: datetime) -> int:
    """Remove those that are still left; who comes in meanwhile holds their guest's row.

    What somebody else holds is left for the next time, so nobody waits for us.
    """
    guests = Guest.objects.filter(participants__room__in=room_ids).order_by("pk")
    held = guests.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    ours = set(held)
    rooms = _find_left(before).filter(pk__in=room_ids).order_by("pk")
    locked = list(rooms.select_for_update(skip_locked=True, of=("self",)))
    places = Participant.objects.filter(room__in=locked).exclude(guest=None)
    busy = set(places.exclude(guest__in=ours).values_list("room_id", flat=True))
    gone = [room.pk for room in locked if room.pk not in busy]
    Arrival.objects.filter(room__in=gone).update(room=None)
    Room.objects.filter(pk__in=gone).delete()
    return len(gone)
