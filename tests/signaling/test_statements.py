"""How many statements the hot paths cost, on rooms that have people and messages in them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from rooms.conversations.models import Participant
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.sync import open_participation
from rooms.conversations.tickets import TicketClaims
from tests.cast import join

MANY = 20


@pytest.fixture
def busy_room(link, visit):
    """A room with twenty participants and twenty messages."""
    sender = sender_of(visit.participant)
    for number in range(MANY):
        post_message(sender=sender, client_id=uuid4(), body=f"Hello {number}")
        Participant.objects.create(
            account=link.account,
            room=visit.room,
            kind=Participant.Kind.INTEGRATION,
            external_id=f"robot-{number}",
            name=f"Robot {number}",
        )
    return visit.room


def test_a_guest_syncs_with_three_statements(busy_room, guest, django_assert_num_queries):
    account, room = str(busy_room.account.uuid), str(busy_room.uuid)
    entry = TicketClaims(account=account, connection="c", room=room, participant=str(guest.uuid))
    with django_assert_num_queries(3):
        place = open_participation(entry, room)
    assert len(place.snapshot["messages"]) == MANY


def test_a_member_syncs_with_three_statements(busy_room, alice, account, django_assert_num_queries):
    member = str(alice.memberships.get(account=account).uuid)
    entry = TicketClaims(account=str(account.uuid), connection="c", membership=member)
    open_participation(entry, str(busy_room.uuid))  # the first time makes a place
    with django_assert_num_queries(3):
        place = open_participation(entry, str(busy_room.uuid))
    assert len(place.snapshot["participants"]) == MANY + 2


def test_a_message_is_stored_with_one_statement(transactional_db, link, django_assert_num_queries):
    visit = join(link)
    sender = sender_of(visit.participant)
    with django_assert_num_queries(1):
        assert post_message(sender=sender, client_id=uuid4(), body="Hi").seq == 1
