"""Who was shown out, told to those who stay, so that their browsers close the channels to them.

A lost line is told by the sockets; this is for good: nothing of these people is to be believed
any more, whatever their browser keeps open. Who hears nothing of it now learns it by the next sync.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rooms.base import events, hooks, presence
from rooms.conversations.models import Participant, Room
from rooms.links.models import DirectLink

# More people gone from one room than this are not told one by one.
MANY = 20


def tell_gone(people: QuerySet[Participant]) -> None:
    """Tell the open rooms these people were in, after commit; they are read at once."""
    rooms: dict[UUID, list[str]] = defaultdict(list)
    places = people.exclude(room__status=Room.Status.CLOSED).order_by("id")
    for room, person in places.values_list("room__uuid", "uuid"):
        rooms[room].append(str(person))
    transaction.on_commit(partial(_tell_rooms, dict(rooms)), robust=True)


def tell_guests_gone(links: QuerySet[DirectLink], must_join_again: bool, **_: Any) -> None:
    """Tell the open rooms of these links that their guests are out."""
    guests = Participant.objects.filter(room__link__in=links, kind=Participant.Kind.GUEST)
    if must_join_again:
        guests.update(shown_out_at=timezone.now())
    tell_gone(guests)


def tell_ended(credential: str) -> None:
    """Tell the rooms where sockets of this sign-in or key took part, after commit."""
    transaction.on_commit(partial(_end_entries, credential), robust=True)


def listen() -> None:
    """Answer what lower floors did."""
    hooks.guests_shown_out.connect(tell_guests_gone)


def _tell_rooms(rooms: dict[UUID, list[str]]) -> None:
    for room in presence.inhabited(rooms):
        topic, people = events.room_topic(room), rooms[room]
        if len(people) > MANY:
            events.publish(topic, "session.resync", None, {})
            continue
        for person in people:
            events.publish(topic, "participant.left", room, {"participant": person, "gone": True})


def _end_entries(credential: str) -> None:
    for room, person, connection in presence.end_credential(credential):
        change = {"participant": person, "ended": [connection]}
        events.publish(events.room_topic(room), "participant.changed", room, change)
