"""Opening, closing and describing rooms."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.limits import limits
from accounts.team.models import Membership
from accounts.tenants.models import Account
from rooms.base import events, hooks, presence
from rooms.conversations.models import Room, RoomQuerySet
from rooms.links.models import DirectLink
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
        "begun": room.has_begun,
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
def close_room(*, room: Room, idle: bool = False) -> Room:
    """Refuse further messages until the room is opened again; a repeat changes nothing.

    One that is closed as `idle` is opened again by the next message.
    """
    now = timezone.now()
    opened = Room.objects.not_closed().filter(pk=room.pk)
    if opened.update(status=Room.Status.CLOSED, closed_at=now, idle=idle):
        room.status, room.closed_at, room.idle = Room.Status.CLOSED, now, idle
        reason = {"reason": "idle"} if idle else {}
        events.publish(events.room_topic(room.uuid), "room.closed", room.uuid, reason)
        recording.record("room.closed", room, {"at": events.to_ms(now), **reason})
        _tell(room)
        hooks.room_closed.send(None, room=room)
    return room


@transaction.atomic
def reopen_room(*, room: Room, keep: bool = False) -> Room:
    """Take messages again; a repeat changes nothing.

    `keep` is for who opens it on purpose: it stays on the list without a word. Raises
    LimitReached.
    """
    closed = Room.objects.filter(pk=room.pk, status=Room.Status.CLOSED)
    if room.mode == DirectLink.Mode.SHARED:
        # A newer shared room may have taken this one's place: then it stays closed.
        rival = Room.objects.open().filter(link_id=room.link_id, mode=DirectLink.Mode.SHARED)
        if rival.exists():
            return room
    if closed.exists():
        check_open_rooms(room.account)
    if closed.update(status=Room.Status.OPEN, closed_at=None, idle=False):
        room.status, room.closed_at, room.idle = Room.Status.OPEN, None, False
        if keep:
            keep_room(room=room)
        _tell(room)
    return room


def check_open_rooms(account: Account) -> None:
    """Raises LimitReached. Rooms that were left without a word take nobody's place."""
    begun = Room.objects.for_account(account).open().begun().count()
    # Who is here is only read, which takes longer the more there are, where it may matter.
    at_most = begun + presence.count_guests(account.uuid)
    if at_most >= limits.get_limit(account, "open_rooms"):
        limits.check_room_for(account, "open_rooms", find_open_rooms(account))


def find_open_rooms(account: Account) -> RoomQuerySet:
    """What the inbox lists as open, and the limit counts."""
    here = presence.rooms_with_guests(account.uuid)
    return Room.objects.for_account(account).open().listed(here)


@transaction.atomic
def keep_room(*, room: Room) -> None:
    """Make it a conversation though no message is stored; a repeat changes nothing."""
    if Room.objects.filter(pk=room.pk, kept=False).update(kept=True):
        room.kept = True
        change = {"id": str(room.uuid), "begun": True}
        events.publish(events.account_topic(room.account.uuid), "room.changed", room.uuid, change)


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


@transaction.atomic
def release_room(*, room: Room) -> bool:
    """Take the room out of quarantine; a repeat changes nothing and returns False.

    It stays on the list though its guest may have gone without a word. Raises LimitReached.
    """
    held = Room.objects.filter(pk=room.pk, status=Room.Status.QUARANTINE)
    if held.exists():
        check_open_rooms(room.account)
    if not held.update(status=Room.Status.OPEN):
        return False
    room.status = Room.Status.OPEN
    keep_room(room=room)
    _tell(room)
    return True


def _tell(room: Room) -> None:
    inside = {"status": room.shown_status, "name": room.name}
    events.publish(events.room_topic(room.uuid), "room.changed", room.uuid, inside)
    change = {"id": str(room.uuid), "tags": room.tags, "status": room.status, "name": room.name}
    events.publish(events.account_topic(room.account.uuid), "room.changed", room.uuid, change)
    # Without the name: it is the guest's, and the webhooks' log outlives their erasure.
    facts = {"status": room.status, "tags": room.tags, "at": events.to_ms(timezone.now())}
    recording.record("room.changed", room, facts)
