from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.audit import trail
from rooms.arrivals.models import Arrival
from rooms.attachments.services import erase_attachments
from rooms.base import close_codes, events
from rooms.conversations.models import Message, Participant, Room
from rooms.conversations.services.guests import rename_guest
from rooms.conversations.services.removals import tell_gone
from rooms.conversations.shape import describe_row
from rooms.guests.models import Guest

ERASED_NAME = "Erased guest"


def export_guest(guest: Guest) -> dict[str, Any]:
    """Return everything known about the guest: facts, visits, and what they wrote."""
    visits = Arrival.objects.filter(guest=guest).select_related("link", "room").order_by("id")
    written = Message.objects.filter(sender__guest=guest).select_related(
        "room", "sender", "attachment"
    )
    return {
        "guest": guest,
        "arrivals": [
            {
                "at": visit.at,
                "link": visit.link.uuid,
                "room": visit.room.uuid if visit.room else None,
                "address": visit.address,
            }
            for visit in visits
        ],
        "messages": [
            {
                **describe_row(line),
                "room": line.room.uuid,
                "at": line.at,
                "attachment": getattr(line, "attachment", None),
            }
            for line in written.order_by("room_id", "seq")
        ],
    }


@transaction.atomic
def erase_guest(*, guest: Guest, actor: trail.Actor = None) -> None:
    """Delete the guest, their visits, their files and the text of what they wrote.

    Empty lines stay in the messages' places, so that numbering has no holes, and a nameless
    participant stays as their sender.
    """
    events.kick(close_codes.BANNED, guest=guest.uuid)
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
    rename_guest(guest, ERASED_NAME)
    mine.update(guest=None)
    account, uuid = guest.account, guest.uuid
    guest.blocks.update(guest_name="")
    guest.delete()
    trail.record(account, actor, "guest.erased", uuid)
