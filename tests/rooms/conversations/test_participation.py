"""Guests, members, keys and programs take part in a room in one way, and once."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.base.errors import AccountSuspended
from accounts.keys.services import create_api_key
from accounts.team.services.accounts import suspend_account
from rooms.base import events
from rooms.conversations.errors import NotInRoom
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.guests import block_guest
from rooms.conversations.services.participation import (
    guest_party,
    key_party,
    member_party,
    program_party,
    take_part,
)
from rooms.conversations.services.rooms import close_room
from rooms.conversations.services.sync import open_participation
from rooms.conversations.tickets import TicketClaims
from rooms.guests.errors import GuestBlocked
from rooms.guests.models import Guest
from rooms.links.services.links import update_link
from tests.cast import enter, join
from tests.rooms.visits.test_crowded_joins import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def make_guest(account):
    return guest_party(Guest.objects.create(account=account, nickname="Gwen"))


PARTIES = {
    "guest": make_guest,
    "member": lambda account: member_party(account.memberships.get()),
    "key": lambda account: key_party(create_api_key(account, "Shop")[0]),
    "program": lambda account: program_party("bot-1", "Bot"),
}


@pytest.fixture(params=PARTIES)
def party(request, account):
    return PARTIES[request.param](account)


@pytest.fixture
def told(monkeypatch):
    """Names of the events that were published."""
    names = []
    publish = events.publish
    monkeypatch.setattr(
        events, "publish", lambda *facts: (names.append(facts[1]), publish(*facts))[1]
    )
    return names


def find(room, party):
    return Participant.objects.filter(room=room, **party.identity)


def test_twenty_times_at_once_is_one_place(room, party):
    places = at_once(MANY, lambda _: take_part(room=room, party=party))
    assert {place.pk for place in places} == {find(room, party).get().pk}
    assert {(place.kind, place.name) for place in places} == {(party.kind, party.name)}


def test_a_first_place_takes_two_statements_and_then_one(room, party, django_assert_num_queries):
    assert room.account.is_open
    for count in (2, 1):
        with django_assert_num_queries(count):
            take_part(room=room, party=party)


@pytest.mark.parametrize("mode", ["private", "shared"])
def test_one_guest_in_twenty_tabs_has_one_place(link, mode):
    update_link(link=link, mode=mode)
    guest = Guest.objects.create(account=link.account, nickname="Gwen")
    visits = at_once(MANY, lambda _: join(link, guest_uuid=guest.uuid))
    assert len({visit.participant.pk for visit in visits}) == 1
    assert (Participant.objects.count(), Room.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["member", "key"])
def test_twenty_sockets_at_once_have_one_place(room, account, alice, who):
    key = create_api_key(account, "Shop")[0]
    uuid = key.uuid if who == "key" else alice.memberships.get().uuid
    name = "membership" if who == "member" else who
    facts = {"account": str(account.uuid), "connection": "c", name: str(uuid)}
    claims = TicketClaims(**facts)
    at_once(MANY, lambda _: open_participation(claims, str(room.uuid)))
    assert Participant.objects.filter(room=room).count() == 2


def test_another_name_renames_whoever_it_is_and_tells_the_room_once(room, account, party, told):
    place = take_part(room=room, party=party)
    other = type(party)(party.kind, "Another", **party.identity)
    for _ in range(2):
        assert take_part(room=room, party=other).pk == place.pk
    assert find(room, party).get().name == "Another"
    assert told.count("participant.changed") == 1


def test_nobody_takes_part_while_the_account_is_suspended(room, account, party):
    suspend_account(account=account)
    room.account = account
    with pytest.raises(AccountSuspended):
        take_part(room=room, party=party)
    assert not find(room, party).exists()


def test_nobody_takes_part_in_a_room_that_was_removed(room, party):
    gone = Room.objects.select_related("account").get(pk=room.pk)
    room.delete()
    with pytest.raises(NotInRoom):
        take_part(room=gone, party=party)


def test_a_blocked_guest_gets_no_place(link, visit):
    block_guest(guest=visit.guest)
    other = Room.objects.create(
        account=link.account, property=link.property, link=link, mode="private"
    )
    with pytest.raises(GuestBlocked):
        take_part(room=other, party=guest_party(visit.guest))
    assert not Participant.objects.filter(room=other).exists()


def test_a_closed_room_is_opened_again_by_its_guest_alone(room, visit, alice):
    close_room(room=room)
    enter(alice, room)
    take_part(room=room, party=program_party("bot", "Bot"))
    assert not Room.objects.get(pk=room.pk).is_open
    take_part(room=room, party=guest_party(visit.guest))
    assert Room.objects.get(pk=room.pk).is_open


def test_a_program_cannot_pass_for_a_key(room):
    with pytest.raises(Exception, match="does not begin with key:"):
        program_party(f"key:{uuid4()}", "Bot")
