"""Taking part in a room: one way for guests, members, keys and the programs behind them.

Who comes twice, or twenty times at once, has one place: the database's unique constraints decide,
and who was slower finds what the faster one made. A place is made only while the room is there;
the room's row is held against its removal until the caller commits. How many may take part is not
limited here: a link limits its guests, an account its members, and the snapshot tells of 500.

Into a closed room a guest comes by opening it again; members and programs may read it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from accounts.base.errors import AccountSuspended, Invalid
from accounts.keys.models import ApiKey
from accounts.team.models import Membership
from rooms.base import events
from rooms.base.validation import clean_line, clean_name
from rooms.conversations.errors import NotInRoom
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.rooms import reopen_room
from rooms.guests.errors import GuestBlocked
from rooms.guests.models import Guest
from rooms.links.errors import LinkGone
from rooms.links.models import DirectLink

KEY_PREFIX = "key:"
Kind = Participant.Kind
# Nobody removes the room meanwhile; people who write in it are not held up.
INSERT = """
INSERT INTO rooms_participant ({columns})
SELECT {values} FROM rooms_room WHERE id = %s FOR KEY SHARE
ON CONFLICT DO NOTHING
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part: the name they go by, and one of the three by which a room knows them."""

    kind: Participant.Kind
    name: str
    guest: Guest | None = None
    membership: Membership | None = None
    external_id: str | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """What is unique in a room."""
        facts = {
            "guest": self.guest,
            "membership": self.membership,
            "external_id": self.external_id,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}


def guest_party(guest: Guest) -> Party:
    return Party(Kind.GUEST, guest.display_name, guest=guest)


def member_party(membership: Membership) -> Party:
    return Party(Kind.MEMBER, membership.user.display_name, membership=membership)


def key_party(key: ApiKey) -> Party:
    """The key itself, under its own name."""
    return Party(Kind.INTEGRATION, key.name, external_id=name_key(str(key.uuid)))


def name_key(key_uuid: str) -> str:
    """Return by which id a room knows a key."""
    return f"{KEY_PREFIX}{key_uuid}"


def program_party(external_id: str, name: str) -> Party:
    """An integrator's user or bot: the same for every key of the account. Raises Invalid."""
    external_id = clean_line(external_id, "external_id")
    name = clean_name(name, "name")
    if not external_id or external_id.startswith(KEY_PREFIX):
        raise Invalid(f"Choose an id that does not begin with {KEY_PREFIX}", field="external_id")
    if not name:
        raise Invalid("Say who is speaking.", field="name")
    return Party(Kind.INTEGRATION, name, external_id=external_id)


def take_part(*, room: Room, party: Party) -> Participant:
    """Return the party's place in a room of its account, making it on first use.

    One query, two on first use; wants the room's account selected. Raises what admit raises.
    """
    return admit(room=room, party=party, place=_find(room, party))


def admit(*, room: Room, party: Party, place: Participant | None) -> Participant:
    """Let the party into the room, for callers who have looked for its place themselves.

    Another name than before renames the place. A guest opens a closed room again and is not
    shown out any more. Raises AccountSuspended, GuestBlocked, LimitReached, and NotInRoom if
    the room was removed meanwhile.
    """
    assert party.membership is None or party.membership.account_id == room.account_id
    if not room.account.is_open:
        raise AccountSuspended
    if party.guest is not None and party.guest.blocked_at is not None:
        raise GuestBlocked
    place = place or _make(room, party) or _find(room, party)
    if place is None:
        raise NotInRoom
    # The callers have them selected, and the hot path wants them.
    place.room = room
    for name, value in party.identity.items():
        setattr(place, name, value)
    _renew(place, party)
    if party.kind == Kind.GUEST and not room.is_open:
        reopen_room(room=room)
    return place


def check_welcome(participant: Participant) -> None:
    """Look again whether somebody who has a place may still use it; what opened it outlives that.

    Raises AccountSuspended, GuestBlocked, LinkGone.
    """
    room = participant.room
    if not room.account.is_open:
        raise AccountSuspended
    if participant.kind != Kind.GUEST:
        return
    # An erased guest has no row any more.
    if participant.guest is None or participant.guest.blocked_at is not None:
        raise GuestBlocked
    is_over = room.link.revoked_at is not None or room.property.archived_at is not None
    if is_over or participant.shown_out_at is not None:
        raise LinkGone


def _find(room: Room, party: Party) -> Participant | None:
    return Participant.objects.filter(room=room, **party.identity).first()


def _make(room: Room, party: Party) -> Participant | None:
    """Return the new place; None if somebody was faster or the room is gone."""
    place = Participant(
        account_id=room.account_id, room=room, kind=party.kind, name=party.name, **party.identity
    )
    fields = [field for field in place._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(place, field.attname), connection) for field in fields]
    statement = INSERT.format(
        columns=", ".join(str(field.column) for field in fields),
        values=", ".join("%s" for _ in fields),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, room.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    place.pk, place._state.adding = row[0], False
    return place


def _renew(place: Participant, party: Party) -> None:
    changed = [] if place.shown_out_at is None else ["shown_out_at"]
    changed += [] if place.name == party.name else ["name"]
    if not changed:
        return
    place.shown_out_at, place.name = None, party.name
    with transaction.atomic(savepoint=False):
        place.save(update_fields=changed)
        if "name" in changed:
            _tell_name(place)


def _tell_name(place: Participant) -> None:
    room = place.room
    if place.kind == Kind.GUEST and room.mode == DirectLink.Mode.PRIVATE:
        room.name = place.name
        room.save(update_fields=["name"])
    change = {"participant": str(place.uuid), "name": place.name}
    events.publish(events.room_topic(room.uuid), "participant.changed", room.uuid, change)
