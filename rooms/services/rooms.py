"""Opening, closing and describing rooms."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import limits
from accounts.models import Membership
from rooms import events
from rooms.models import DirectLink, Room
from rooms.webhooks import recording


def describe_room(room: Room, *, online: bool | None = None) -> dict[str, Any]:
    """Return the room as the inbox shows it; wants property and link selected."""
    summary: dict[str, Any] = {
        "id": str(room.uuid),
        "status": room.status,
        "mode": room.mode,
        "name": room.name,
        "property": str(room.property.uuid),
        "property_name": room.property.name,
        "link_label": room.link.label,
        "last_seq": room.last_seq,
        "preview": room.preview,
        "activity_at": events.to_ms(room.activity_at),
        "tags": room.tags,
    }
    for annotated in ("read_seq", "unread"):
        if hasattr(room, annotated):
            summary[annotated] = getattr(room, annotated)
    if online is not None:
        summary["online"] = online
    return summary


@transaction.atomic
def close_room(*, room: Room) -> Room:
    """Refuse further messages until the room is opened again; a repeat changes nothing."""
    now = timezone.now()
    opened = Room.objects.filter(pk=room.pk, status=Room.Status.OPEN)
    if opened.update(status=Room.Status.CLOSED, closed_at=now):
        room.status, room.closed_at = Room.Status.CLOSED, now
        events.publish(events.room_topic(room.uuid), "room.closed", room.uuid, {})
        recording.record("room.closed", room, {"at": events.to_ms(now)})
        _tell(room)
    return room


@transaction.atomic
def reopen_room(*, room: Room) -> Room:
    """Take messages again; a repeat changes nothing. Raises LimitReached."""
    closed = Room.objects.filter(pk=room.pk, status=Room.Status.CLOSED)
    if room.mode == DirectLink.Mode.SHARED:
        # A newer shared room may have taken this one's place: then it stays closed.
        rival = Room.objects.open().filter(link_id=room.link_id, mode=DirectLink.Mode.SHARED)
        if rival.exists():
            return room
    if closed.exists():
        account = room.account
        limits.check_room_for(account, "open_rooms", Room.objects.for_account(account).open())
    if closed.update(status=Room.Status.OPEN, closed_at=None):
        room.status, room.closed_at = Room.Status.OPEN, None
        _tell(room)
    return room


@transaction.atomic
def assign_room(*, room: Room, assignee: Membership | None) -> Room:
    """Give the conversation to a member of the same account, or to nobody."""
    assert assignee is None or assignee.account_id == room.account_id
    room.assignee = assignee
    room.save(update_fields=["assignee"])
    _tell(room)
    return room


@transaction.atomic
def tag_room(*, room: Room, tags: list[str]) -> Room:
    """Replace the room's tags."""
    room.tags = sorted({tag.strip() for tag in tags if tag.strip()})
    room.save(update_fields=["tags"])
    _tell(room)
    return room


def _tell(room: Room) -> None:
    change = {"status": room.status, "name": room.name}
    events.publish(events.room_topic(room.uuid), "room.changed", room.uuid, change)
    events.publish(
        events.account_topic(room.account.uuid),
        "room.changed",
        room.uuid,
        {"id": str(room.uuid), "tags": room.tags, **change},
    )
    # Without the name: it is the guest's, and the webhooks' log outlives their erasure.
    facts = {"status": room.status, "tags": room.tags, "at": events.to_ms(timezone.now())}
    recording.record("room.changed", room, facts)
