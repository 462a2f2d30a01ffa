from __future__ import annotations

from accounts.base.errors import Invalid
from api.resource import Resource
from rooms.conversations.access import get_member_participant
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.programs import let_key_in, let_program_in


def participant_of(view: Resource, room: Room, name: str) -> Participant:
    """Return who speaks: the member of the session, else the key under its own or this name.

    Raises Invalid.
    """
    key = view.caller.api_key
    if key is not None and name:
        return let_program_in(room=room, external_id=name, name=name)
    if key is not None:
        return let_key_in(room=room, key=key)
    assert view.membership is not None
    if name:
        raise Invalid("A member speaks under their own name.", field="as")
    participant = get_member_participant(view.membership, room)
    participant.room = room
    return participant
