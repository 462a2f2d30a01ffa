"""What an account may do with its guests: name, block, hand out and erase what is known."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.errors import Invalid
from rooms import events
from rooms.models import Arrival, DirectLink, Guest, Message, Participant, Room
from rooms.services.attachments import erase_attachments
from rooms.services.farewells import tell_gone
from rooms.services.validation import check_fields, clean_line

BANNED = 4503
MAX_DETAILS = 50
ERASED_NAME = "Erased guest"


class GuestValues(TypedDict, total=False):
    """What an account may say about a guest."""

    nickname: str
    language: str
    details: dict[str, str | int | float | bool | None]


@transaction.atomic
def update_guest(
    *, guest: Guest, actor: audit.Actor = None, **values: Unpack[GuestValues]
) -> Guest:
    """Change what is named, leave the rest; a new nickname shows in the guest's rooms at once.

    Raises Invalid.
    """
    before = {name: getattr(guest, name) for name in values}
    for name in ("nickname", "language"):
        if name in values:
            setattr(guest, name, clean_line(str(values[name]), name))
    if "details" in values:
        guest.details = _check_details(values["details"])
    check_fields(guest, values)
    changed = sorted(name for name in values if getattr(guest, name) != before[name])
    if changed:
        guest.save(update_fields=changed)
        audit.record(guest.account, actor, "guest.changed", guest.uuid, fields=changed)
    if "nickname" in changed:
        _rename(guest, guest.display_name)
    return guest


@transaction.atomic
def block_guest(*, guest: Guest, actor: audit.Actor = None) -> Guest:
    """Show the guest out and refuse them from now on; a repeat changes nothing."""
    now = timezone.now()
    if Guest.objects.filter(pk=guest.pk, blocked_at=None).update(blocked_at=now):
        guest.blocked_at = now
        audit.record(guest.account, actor, "guest.blocked", guest.uuid)
        events.kick(BANNED, guest=guest.uuid)
        tell_gone(Participant.objects.filter(guest=guest))
    return guest


@transaction.atomic
def unblock_guest(*, guest: Guest, actor: audit.Actor = None) -> Guest:
    """Let the guest in again; a repeat changes nothing."""
    if Guest.objects.filter(pk=guest.pk).exclude(blocked_at=None).update(blocked_at=None):
        audit.record(guest.account, actor, "guest.unblocked", guest.uuid)
    guest.blocked_at = None
    return guest


def export_guest(guest: Guest) -> dict[str, Any]:
    """Return everything known about the guest: facts, visits, and what they wrote."""
    visits = Arrival.objects.filter(guest=guest).select_related("link", "room").order_by("id")
    written = Message.objects.filter(sender__guest=guest).select_related("room", "attachment")
    return {
        "guest": guest,
        "arrivals": [
            {
                "at": visit.at,
                "link": visit.link.uuid,
                "room": visit.room.uuid if visit.room else None,
            }
            for visit in visits
        ],
        "messages": [
            {
                "room": line.room.uuid,
                "seq": line.seq,
                "at": line.at,
                "body": line.body,
                "attachment": getattr(line, "attachment", None),
            }
            for line in written.order_by("room_id", "seq")
        ],
    }


@transaction.atomic
def erase_guest(*, guest: Guest, actor: audit.Actor = None) -> None:
    """Delete the guest, their visits, their files and the text of what they wrote.

    Empty lines stay in the messages' places, so that numbering has no holes, and a nameless
    participant stays as their sender.
    """
    events.kick(BANNED, guest=guest.uuid)
    mine = Participant.objects.filter(guest=guest)
    tell_gone(mine)
    rooms = Room.objects.filter(participants__guest=guest)
    # Takes the rooms' locks in one order before their messages, as posting does.
    room_ids = list(
        rooms.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    Message.objects.filter(sender__guest=guest).update(body="")
    erase_attachments(list(mine.values_list("pk", flat=True)))
    # What a room shows of its last message may be the guest's words.
    Room.objects.filter(pk__in=room_ids).update(preview="")
    _rename(guest, ERASED_NAME)
    mine.update(guest=None)
    account, uuid = guest.account, guest.uuid
    guest.delete()
    audit.record(account, actor, "guest.erased", uuid)


def _rename(guest: Guest, name: str) -> None:
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
