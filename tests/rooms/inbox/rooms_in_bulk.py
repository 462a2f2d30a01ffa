from __future__ import annotations

from django.db import connection

from rooms.arrivals.models import Arrival
from rooms.conversations.models import Participant, Room
from rooms.guests.models import Guest


def make_rooms(link, count):
    """Many rooms with a guest and a message each, without the cost of many joins."""
    guests = Guest.objects.bulk_create(
        Guest(account=link.account, nickname=f"Guest {n}") for n in range(count)
    )
    rooms = Room.objects.bulk_create(
        Room(
            account=link.account,
            property=link.property,
            link=link,
            mode=link.mode,
            name=guest.nickname,
            last_seq=1,
            preview="Hello",
        )
        for guest in guests
    )
    Participant.objects.bulk_create(
        Participant(account=link.account, room=room, kind="guest", guest=guest, name=guest.nickname)
        for room, guest in zip(rooms, guests, strict=True)
    )
    Arrival.objects.bulk_create(
        Arrival(account=link.account, link=link, guest=guest, room=room)
        for room, guest in zip(rooms, guests, strict=True)
    )
    with connection.cursor() as cursor:
        # As autovacuum does where rooms come one by one; or all are planned as if there were none.
        cursor.execute("ANALYZE rooms_guest, rooms_room, rooms_participant, rooms_arrival")
