from __future__ import annotations

from accounts.base.errors import Invalid
from api.resource import Resource
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.participation import (
    Party,
    key_party,
    member_party,
    program_party,
    take_part,
)


def participant_of(view: Resource, room: Room, name: str) -> Participant:
    """Return who speaks: the member of the session, else the key under its own or this name.

    Raises Invalid.
    """
    person = (name, name) if name else None
    return take_part(room=room, party=party_of(view, person, field="as"))


def party_of(view: Resource, person: tuple[str, str] | None, *, field: str) -> Party:
    """Return the caller, or the person (external_id, name) a key speaks for.

    Raises Invalid, for a member about `field`.
    """
    key = view.caller.api_key
    if key is not None:
        return key_party(key) if person is None else program_party(*person)
    assert view.membership is not None
    if person is not None:
        raise Invalid("A member speaks under their own name.", field=field)
    return member_party(view.membership)
