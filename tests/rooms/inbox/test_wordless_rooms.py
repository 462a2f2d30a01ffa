"""A room is on the list with its first message or while its guest is there."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from accounts.tenants.models import Account
from rooms.base import presence
from rooms.conversations.models import Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import close_room, find_open_rooms, reopen_room
from rooms.conversations.services.sync import open_participation
from rooms.conversations.tickets import TicketClaims
from rooms.inbox.access import PAGE_ROOMS, read_rooms
from rooms.properties.models import Property
from tests.cast import join
from tests.rooms.inbox.rooms_in_bulk import make_rooms
from tests.rooms.inbox.test_inbox_page import read_page, sign_in

pytestmark = pytest.mark.django_db


def make_wordless(link, count):
    make_rooms(link, count)
    newest = Room.objects.order_by("-id")[:count].values("pk")
    Room.objects.filter(pk__in=newest).update(last_seq=0, preview="")


def say(participant, body):
    post_message(sender=sender_of(participant), client_id=uuid.uuid4(), body=body)


def list_inbox(user, path="/inbox"):
    return [room["name"] for room in read_page(sign_in(user).get(path))["rooms"]]


def test_who_left_without_a_word_is_not_on_the_list(alice, room):
    assert list_inbox(alice) == []


@pytest.mark.django_db(transaction=True)
def test_who_was_let_in_is_on_the_list_before_their_socket_opens(alice, link):
    join(link, "Ann")
    assert list_inbox(alice) == ["Ann"]


@pytest.mark.parametrize("writer", ["guest", "member"])
def test_a_word_of_anybody_puts_the_room_on_the_list(alice, account, room, guest, writer):
    sender = guest
    if writer == "member":
        member = str(alice.memberships.get().uuid)
        entry = TicketClaims(account=str(account.uuid), connection="c", membership=member)
        open_participation(entry, str(room.uuid))
        sender = room.participants.get(kind="member")
    say(sender, "Hi")
    assert list_inbox(alice) == ["Gwen"]


def test_the_room_a_member_looks_at_is_on_the_list(alice, link, room):
    text = sign_in(alice).get(f"/inbox/{room.uuid}").content.decode()
    assert "Left without a message" in text
    assert list_inbox(alice, f"/inbox/{room.uuid}") == ["Gwen"]
    close_room(room=room)
    assert list_inbox(alice, f"/inbox/{room.uuid}") == ["Gwen"]
    assert list_inbox(alice, "/inbox?status=closed") == []


def test_with_nothing_but_left_rooms_the_inbox_offers_the_link(alice, link, room):
    text = sign_in(alice).get("/inbox").content.decode()
    assert "data-empty" in text
    assert f"/c/{link.token}/qr.svg" in text


def test_the_link_is_at_hand_when_only_a_visitor_is_there(alice, account, link, room):
    presence.expect_guest(account.uuid, room.uuid)
    text = sign_in(alice).get("/inbox").content.decode()
    assert "data-empty" not in text
    assert f"/c/{link.token}/qr.svg" in text


def test_twenty_conversations_stand_on_the_first_page_behind_thousands(alice, account, link):
    make_rooms(link, 20)
    make_wordless(link, 3000)
    here = Room.objects.wordless().order_by("id")[7]
    presence.expect_guest(account.uuid, here.uuid)
    page = read_page(sign_in(alice).get("/inbox"))
    assert len(page["rooms"]) == 21
    assert page["rooms"][0]["id"] == str(here.uuid)
    assert page["next"] is None


def test_pages_follow_each_other_without_a_hole(account, link):
    make_rooms(link, 70)
    make_wordless(link, 70)
    here = {str(room.uuid) for room in Room.objects.wordless()[:40]}
    first, cursor = read_rooms(account, None, here, status="open")
    second, third = read_rooms(account, None, here, status="open", cursor=cursor)
    assert len(first) == PAGE_ROOMS and third == second[-1].activity_cursor
    rest, end = read_rooms(account, None, here, status="open", cursor=third)
    assert end is None
    assert len({room.pk for room in [*first, *second, *rest]}) == 110


@pytest.mark.django_db(transaction=True)
def test_the_page_reads_no_wordless_row_that_was_left(account, link):
    make_rooms(link, 60)
    make_wordless(link, 5000)
    with connection.cursor() as cursor:
        # What tests before this one rolled back or deleted would count, too.
        cursor.execute("VACUUM (FULL, ANALYZE) rooms_room")
    rows = Room.objects.for_account(account).open().first_listed(set(), 51)
    plan = rows[:51].explain(analyze=True)
    assert "room_begun" in plan
    assert "Rows Removed" not in plan


def test_guests_who_are_there_take_no_query_more(alice, account, link, django_assert_num_queries):
    make_wordless(link, 20)
    make_rooms(link, 1)
    for room in Room.objects.wordless():
        presence.expect_guest(account.uuid, room.uuid)
    client = sign_in(alice)
    client.get("/inbox")
    # The user, their memberships, the rooms, how many wait in quarantine.
    with django_assert_num_queries(4):
        assert len(read_page(client.get("/inbox"))["rooms"]) == 21


def test_rooms_that_were_left_do_not_use_up_the_limit(account, link, client):
    Account.objects.update(limits={"open_rooms": 3})
    make_wordless(link, 5)
    assert find_open_rooms(account).count() == 0
    join(link, "Ann")
    make_rooms(link, 3)
    answer = client.post(f"/c/{link.token}/join", {}, content_type="application/json")
    assert answer.json()["error"]["code"] == "limit_reached"


def test_what_a_member_opens_again_stays_without_a_word(alice, room):
    close_room(room=room)
    reopen_room(room=room, keep=True)
    assert list_inbox(alice) == ["Gwen"]


def test_where_words_are_not_stored_a_meeting_keeps_the_room(alice, account, room):
    Property.objects.update(storage="none")
    member = str(alice.memberships.get().uuid)
    entry = TicketClaims(account=str(account.uuid), connection="c", membership=member)
    open_participation(entry, str(room.uuid))
    assert list_inbox(alice) == ["Gwen"]
