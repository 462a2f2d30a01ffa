"""Removing what was kept long enough, one bounded step at a time: each is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from rooms.arrivals.models import Arrival
from rooms.attachments.files import delete_file
from rooms.attachments.models import Attachment
from rooms.base import events, presence
from rooms.conversations.models import Participant, Room
from rooms.guests.models import Guest
from rooms.notifications.models import Delivery
from rooms.properties.models import RetentionRun

STEP_ROOMS = 50
STEP_MESSAGES = 100
STEP_ROWS = 500
# More rooms than this in one step are not told one by one.
MANY = 20


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did; `cursor` is where the next one begins, None at the end."""

    removed: int
    cursor: int | None


def remove_messages(run: RetentionRun, room: Room | None = None) -> Step:
    """Remove the oldest messages of the next rooms, and the files that came with them.

    A room's messages go from the first on, so what is left has no hole. `last_seq` stays:
    numbers are never given twice.
    """
    rows = Room.objects.filter(property_id=run.property_id, last_seq__gt=F("removed_seq"))
    page = _take_page(_of(rows, room), run, STEP_ROOMS, closed=Q(status=Room.Status.CLOSED))
    marks = _find_marks(page, run)
    # In the order of their numbers, as whoever erases a guest takes them.
    held = Room.objects.filter(pk__in=[pk for pk, _, _ in marks]).order_by("pk")
    locked = set(held.select_for_update(of=("self",)).values_list("pk", flat=True))
    marks = [mark for mark in marks if mark[0] in locked]
    removed = _delete_messages(marks, run)
    _tell(list(Room.objects.filter(pk__in=locked).select_related("account")))
    # A room with more than a step's messages is looked at again.
    more = [pk for pk, _, is_full in marks if is_full]
    if more:
        return Step(removed, min(more) - 1)
    return Step(removed, page[-1] if len(page) == STEP_ROOMS and room is None else None)


def remove_files(run: RetentionRun, room: Room | None = None) -> Step:
    """Remove the next files; their messages stay and say that there was one."""
    rows = Attachment.objects.kept().filter(
        room__property_id=run.property_id, created_at__lt=run.until
    )
    closed = Q(room__status=Room.Status.CLOSED)
    page = _take_page(_of_room(rows, room), run, STEP_ROWS, closed=closed)
    files = Attachment.objects.kept().filter(pk__in=page).select_for_update().order_by("pk")
    places = dict(files.values_list("pk", "file"))
    Attachment.objects.filter(pk__in=places).update(removed_at=timezone.now())
    for place in places.values():
        transaction.on_commit(partial(delete_file, place))
    return _end_step(page, len(places))


def remove_arrivals(run: RetentionRun, room: Room | None = None) -> Step:
    """Remove the next visits with their calls, and guests of whom nothing else is left."""
    unfinished = [Delivery.State.WAITING, Delivery.State.SENDING]
    calls = Delivery.objects.filter(arrival=OuterRef("pk"), state__in=unfinished)
    rows = Arrival.objects.filter(
        ~Exists(calls), link__property_id=run.property_id, last_seen_at__lt=run.until
    )
    closed = Q(room__status=Room.Status.CLOSED)
    page = _take_page(_of_room(rows, room), run, STEP_ROWS, closed=closed)
    visits = Arrival.objects.filter(pk__in=page)
    guests = list(visits.values_list("guest_id", flat=True).distinct())
    removed = len(page)
    visits.delete()
    _forget_guests(guests)
    return _end_step(page, removed)


def remove_addresses(run: RetentionRun, room: Room | None = None) -> Step:
    """Empty the addresses of the next visits; the visits stay."""
    rows = Arrival.objects.filter(link__property_id=run.property_id, last_seen_at__lt=run.until)
    closed = Q(room__status=Room.Status.CLOSED)
    rows = _of_room(rows.exclude(address=""), room)
    page = _take_page(rows, run, STEP_ROWS, closed=closed)
    return _end_step(page, Arrival.objects.filter(pk__in=page).update(address=""))


def _take_page(rows: Any, run: RetentionRun, count: int, *, closed: Q) -> list[int]:
    if run.at_close:
        rows = rows.filter(closed)
    after = rows.filter(pk__gt=run.cursor).order_by("pk")
    return list(after.values_list("pk", flat=True)[:count])


def _of(rows: Any, room: Room | None) -> Any:
    return rows if room is None else rows.filter(pk=room.pk)


def _of_room(rows: Any, room: Room | None) -> Any:
    return rows if room is None else rows.filter(room=room)


def _end_step(page: list[int], removed: int) -> Step:
    return Step(removed, page[-1] if len(page) == STEP_ROWS else None)


def _forget_guests(guests: list[int]) -> None:
    """Remove those who are in no room and came on no other visit; blocks are remembered."""
    mine = {"guest": OuterRef("pk")}
    places, visits = Participant.objects.filter(**mine), Arrival.objects.filter(**mine)
    nothing = ~Exists(places) & ~Exists(visits)
    Guest.objects.filter(nothing, pk__in=guests, blocked_at=None).delete()


# Up to which seq a room's oldest messages are over, and whether there may be more of them.
MARKS = """
SELECT r.id, max(m.seq), count(*) = %(most)s
FROM rooms_room r CROSS JOIN LATERAL (
    SELECT seq, at FROM rooms_message
    WHERE room_id = r.id AND seq > r.removed_seq ORDER BY seq LIMIT %(most)s
) m
WHERE r.id = ANY(%(rooms)s) AND m.at < %(until)s
GROUP BY r.id ORDER BY r.id
"""
MARKED = "unnest(%(rooms)s::bigint[], %(seqs)s::bigint[]) AS k(room_id, seq)"
DELETE_FILES = f"""
DELETE FROM rooms_attachment a USING rooms_message m, {MARKED}
WHERE a.message_id = m.id AND m.room_id = k.room_id AND m.seq <= k.seq
RETURNING a.file
"""
DELETE_MESSAGES = f"""
DELETE FROM rooms_message m USING {MARKED} WHERE m.room_id = k.room_id AND m.seq <= k.seq
"""
# Finished lines of the webhooks' log repeat what guests wrote there; members' words leave it with
# the whole line after 30 days.
FORGET_TOLD = """
DELETE FROM rooms_webhookdelivery d USING rooms_participant p, rooms_room r
WHERE r.id = ANY(%(rooms)s) AND p.room_id = r.id AND d.guest_id = p.guest_id
  AND d.event = 'message.posted' AND d.state NOT IN ('waiting', 'sending')
  AND d.created_at < %(until)s AND d.payload::jsonb #>> '{data,room}' = r.uuid::text
"""
NOTE = f"""
UPDATE rooms_room r
SET removed_seq = GREATEST(r.removed_seq, k.seq),
    preview = CASE WHEN r.last_seq <= k.seq THEN '' ELSE r.preview END
FROM {MARKED} WHERE r.id = k.room_id
"""


def _find_marks(rooms: list[int], run: RetentionRun) -> list[tuple[int, int, bool]]:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"rooms": rooms, "until": run.until, "most": STEP_MESSAGES}
        cursor.execute(MARKS, values)
        return [(pk, seq, is_full) for pk, seq, is_full in cursor.fetchall()]


def _delete_messages(marks: list[tuple[int, int, bool]], run: RetentionRun) -> int:
    """Delete up to these marks with their files, also what webhooks' log repeats of them."""
    if not marks:
        return 0
    rooms = [pk for pk, _, _ in marks]
    values: dict[str, Any] = {
        "rooms": rooms,
        "seqs": [seq for _, seq, _ in marks],
        "until": run.until,
    }
    with connection.cursor() as cursor:
        cursor.execute(DELETE_FILES, values)
        for (place,) in cursor.fetchall():
            transaction.on_commit(partial(delete_file, place))
        cursor.execute(DELETE_MESSAGES, values)
        removed = cursor.rowcount
        cursor.execute(NOTE, values)
        cursor.execute(FORGET_TOLD, values)
    return int(removed)


def _tell(rooms: list[Room]) -> None:
    """Tell open pages, after commit: a sync shows what is left."""
    transaction.on_commit(partial(_tell_pages, rooms), robust=True)


def _tell_pages(rooms: list[Room]) -> None:
    for uuid in presence.inhabited([room.uuid for room in rooms]):
        events.publish(events.room_topic(uuid), "session.resync", None, {})
    accounts = {room.account.uuid for room in rooms}
    if len(rooms) > MANY:
        for account in accounts:
            events.publish(events.account_topic(account), "session.resync", None, {})
        return
    for room in rooms:
        # Nobody has to read what is gone.
        change = {"id": str(room.uuid), "preview": room.preview, "read_seq": room.removed_seq}
        events.publish(events.account_topic(room.account.uuid), "room.changed", room.uuid, change)
