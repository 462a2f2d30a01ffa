"""Rooms full of guests in the database, and a ticket for each."""

from __future__ import annotations

from django.db import connection

from accounts.tenants.models import Account
from rooms.conversations.models import Participant, Room
from rooms.conversations.tickets import TicketClaims, new_connection, sign_ticket
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.properties.models import Property


class Cast:
    """One account with one property per storage policy."""

    def __init__(self):
        self.account = Account.objects.create(name="Benchmark")
        self.links = {storage: self._make_link(storage) for storage in ("none", "keep")}

    def make_rooms(self, rooms, members, storage="none"):
        """Return the tickets' seats, room by room: [[{"protocols": …}, …], …]."""
        link = self.links[storage]
        shared = {"account": self.account, "property": link.property, "link": link}
        made = Room.objects.bulk_create(
            Room(**shared, mode="private", name=f"Room {n}") for n in range(rooms)
        )
        guests = Guest.objects.bulk_create(
            Guest(account=self.account, nickname=f"Guest {n}") for n in range(rooms * members)
        )
        people = Participant.objects.bulk_create(
            Participant(
                account=self.account,
                room=made[n // members],
                kind=Participant.Kind.GUEST,
                guest=guest,
                name=guest.nickname,
            )
            for n, guest in enumerate(guests)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum has long done in a database that grew
        seats = [self._seat(person) for person in people]
        return [seats[n : n + members] for n in range(0, len(seats), members)]

    def _make_link(self, storage):
        place = Property.objects.create(account=self.account, name="Shop", storage=storage)
        return DirectLink.objects.create(account=self.account, property=place)

    def _seat(self, person):
        claims = TicketClaims(
            account=str(self.account.uuid),
            connection=new_connection(),
            room=str(person.room.uuid),
            participant=str(person.uuid),
        )
        return {"protocols": f"doorbell.v1, ticket.{sign_ticket(claims)}"}
