"""Programs that speak in rooms under a name of their own."""

from __future__ import annotations

from django.db import transaction

from accounts.base.errors import Invalid
from accounts.keys.models import ApiKey
from rooms.base import events
from rooms.base.validation import clean_line, clean_name
from rooms.conversations.models import Participant, Room

KEY_PREFIX = "key:"


def let_key_in(*, room: Room, key: ApiKey) -> Participant:
    """Return the key's own place in a room of its account, taking it on first use."""
    return _entry(room, f"{KEY_PREFIX}{key.uuid}", key.name)


def let_program_in(*, room: Room, external_id: str, name: str) -> Participant:
    """Return the place of an integrator's user or bot, taking it on first use.

    The same external_id is the same participant, for every key of the account; another name
    renames it. Raises Invalid.
    """
    external_id = clean_line(external_id, "external_id")
    name = clean_name(name, "name")
    if not external_id or external_id.startswith(KEY_PREFIX):
        raise Invalid(f"Choose an id that does not begin with {KEY_PREFIX}", field="external_id")
    if not name:
        raise Invalid("Say who is speaking.", field="name")
    return _entry(room, external_id, name)


@transaction.atomic
def _entry(room: Room, external_id: str, name: str) -> Participant:
    participant, _ = Participant.objects.get_or_create(
        room=room,
        external_id=external_id,
        defaults={
            "account_id": room.account_id,
            "kind": Participant.Kind.INTEGRATION,
            "name": name,
        },
    )
    if participant.name != name:
        participant.name = name
        participant.save(update_fields=["name"])
        change = {"participant": str(participant.uuid), "name": name}
        events.publish(events.room_topic(room.uuid), "participant.changed", room.uuid, change)
    # The hot path wants them selected, and the caller has them.
    participant.room = room
    return participant
