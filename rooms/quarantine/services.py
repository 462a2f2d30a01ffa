"""What rings when somebody comes, and what of it waits until a member lets a room out."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import trail
from rooms.arrivals.models import Arrival
from rooms.base import events
from rooms.conversations.models import Room
from rooms.conversations.services.rooms import release_room
from rooms.links.models import DirectLink
from rooms.notifications.planning import plan_deliveries
from rooms.webhooks import recording


def announce_arrival(arrival: Arrival, link: DirectLink) -> None:
    """Tell the desk, and whoever is to be called; from quarantine only the desk hears, quietly."""
    room, brand = arrival.room, link.property
    assert room is not None
    data = {
        "arrival": str(arrival.uuid),
        "room": str(room.uuid),
        "name": arrival.guest.display_name,
        "property": str(brand.uuid),
        "property_name": brand.name,
        "link_label": link.label,
        "at": events.to_ms(arrival.at),
    }
    told = {**data, "begun": room.has_begun, "status": room.status}
    events.publish(events.account_topic(link.account.uuid), "guest.arrived", room.uuid, told)
    if room.is_quarantined:
        return
    plan_deliveries(arrival, brand)
    facts = {**data, "guest": arrival.guest.uuid, "link": link.uuid}
    recording.record("guest.arrived", room, facts, guest_id=arrival.guest_id)


@transaction.atomic
def release(*, room: Room, actor: trail.Actor = None) -> Room:
    """Let the room out of quarantine and call about its guest as about one who just came.

    A repeat changes nothing. Raises LimitReached.
    """
    if not release_room(room=room):
        return room
    trail.record(room.account, actor, "room.released", room.uuid)
    arrivals = Arrival.objects.filter(room=room).select_related("guest", "link__property")
    newest = arrivals.select_related("link__account").order_by("-id").first()
    if newest is not None:
        newest.room = room
        announce_arrival(newest, newest.link)
    return room
