"""What an account may do with its guests: name, block, hand out and erase what is known."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Invalid
from rooms.base import close_codes, events
from rooms.base.validation import check_fields, clean_line, clean_name
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.removals import tell_gone
from rooms.guests.models import Guest
from rooms.links.models import DirectLink

MAX_DETAILS = 50


class GuestValues(TypedDict, total=False):
    """What an account may say about a guest."""

    nickname: str
    language: str
    details: dict[str, str | int | float | bool | None]


@transaction.atomic
def update_guest(
    *, guest: Guest, actor: trail.Actor = None, **values: Unpack[GuestValues]
) -> Guest:
    """Change what is named, leave the rest; a new nickname shows in the guest's rooms at once.

    Raises Invalid.
    """
    before = {name: getattr(guest, name) for name in values}
    for name in ("nickname", "language"):
        if name in values:
            clean = clean_name if name == "nickname" else clean_line
            setattr(guest, name, clean(str(values[name]), name))
    if "details" in values:
        guest.details = _check_details(values["details"])
    check_fields(guest, values)
    changed = sorted(name for name in values if getattr(guest, name) != before[name])
    if changed:
        guest.save(update_fields=changed)
        trail.record(guest.account, actor, "guest.changed", guest.uuid, fields=changed)
    if "nickname" in changed:
        rename_guest(guest, guest.display_name)
    return guest


@transaction.atomic
def block_guest(*, guest: Guest, actor: trail.Actor = None) -> Guest:
    """Show the guest out and refuse them from now on; a repeat changes nothing."""
    now = timezone.now()
    if Guest.objects.filter(pk=guest.pk, blocked_at=None).update(blocked_at=now):
        guest.blocked_at = now
        trail.record(guest.account, actor, "guest.blocked", guest.uuid)
        events.kick(close_codes.BANNED, guest=guest.uuid)
        tell_gone(Participant.objects.filter(guest=guest))
    return guest


@transaction.atomic
def unblock_guest(*, guest: Guest, actor: trail.Actor = None) -> Guest:
    """Let the guest in again; a repeat changes nothing."""
    if Guest.objects.filter(pk=guest.pk).exclude(blocked_at=None).update(blocked_at=None):
        trail.record(guest.account, actor, "guest.unblocked", guest.uuid)
    guest.blocked_at = None
    return guest


def rename_guest(guest: Guest, name: str) -> None:
    places = Participant.objects.filter(guest=guest).select_related("room")
    for place in places:
        change = {"participant": str(place.uuid), "name": name}
        events.publish(
            events.room_topic(place.room.uuid), "participant.changed", place.room.uuid, change
        )
    private = [place.room_id for place in places if place.room.mode == DirectLink.Mode.PRIVATE]
    Room.objects.filter(pk__in=private).update(name=name)
    Participant.objects.filter(guest=guest).update(name=name)


def _check_details(details: dict[str, Any]) -> dict[str, Any]:
    """Return the facts as they are stored. Raises Invalid."""
    if len(details) > MAX_DETAILS:
        raise Invalid(f"Keep at most {MAX_DETAILS} facts.", field="details")
    return {
        clean_line(name, "details"): clean_line(value, "details")
        if isinstance(value, str)
        else value
        for name, value in details.items()
    }
