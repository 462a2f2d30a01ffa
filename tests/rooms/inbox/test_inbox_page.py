from __future__ import annotations

import json
import re
import uuid

import pytest
from django.test import Client

from accounts.team.models import Membership
from rooms.base import presence
from rooms.conversations.models import Participant
from rooms.conversations.services.messages import mark_read, post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.conversations.tickets import read_ticket_claims
from tests.cast import enter, join
from tests.rooms.inbox.rooms_in_bulk import make_rooms

pytestmark = pytest.mark.django_db


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


def read_page(response):
    """What the page tells its script."""
    found = re.search(rb'<script id="inbox-page"[^>]*>(.*?)</script>', response.content, re.S)
    return json.loads(found.group(1))


def say(participant, body):
    post_message(sender=sender_of(participant), client_id=uuid.uuid4(), body=body)


# PostgreSQL's now() stands still in a transaction, and activity is about time.
@pytest.mark.django_db(transaction=True)
def test_a_member_sees_the_rooms_newest_activity_first(alice, link):
    first, second = join(link, "Ann"), join(link, "Ben")
    say(first.participant, "I am back")
    page = read_page(sign_in(alice).get("/inbox"))
    assert [room["name"] for room in page["rooms"]] == ["Ann", "Ben"]
    assert page["rooms"][0]["preview"] == "I am back"
    assert page["rooms"][1]["id"] == str(second.room.uuid)


def test_the_rows_are_in_the_html_before_any_script_runs(alice, room, guest):
    say(guest, "<b>Hi</b>")
    text = sign_in(alice).get("/inbox").content.decode()
    assert f'data-room="{room.uuid}" data-unread="1"' in text
    assert "&lt;b&gt;Hi&lt;/b&gt;" in text


def test_unread_is_counted_for_each_member_alone(alice, bob, account, room, guest):
    say(guest, "One")
    say(guest, "Two")
    mark_read(sender=sender_of(enter(bob, room)), read_seq=1)
    assert read_page(sign_in(alice).get("/inbox"))["rooms"][0]["unread"] == 2
    assert read_page(sign_in(bob).get("/inbox"))["rooms"][0]["unread"] == 1


def test_who_is_not_signed_in_is_asked_to(room):
    response = Client().get(f"/inbox/{room.uuid}")
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next=/inbox/{room.uuid}")


def test_a_link_into_a_room_selects_it_and_tells_the_details(alice, link, room, guest):
    page = read_page(sign_in(alice).get(f"/inbox/{room.uuid}"))
    details = page["details"]
    assert details["room"]["id"] == str(room.uuid)
    assert details["link"]["url"].endswith(f"/c/{link.token}")
    assert [one["name"] for one in details["guests"]] == ["Gwen"]
    assert details["visits"] == 1


def test_a_link_into_a_closed_room_shows_the_closed_ones(alice, room):
    close_room(room=room)
    page = read_page(sign_in(alice).get(f"/inbox/{room.uuid}"))
    assert page["status"] == "closed"
    assert [one["id"] for one in page["rooms"]] == [str(room.uuid)]


def test_other_tenant_gets_404(charlie, room):
    client = sign_in(charlie)
    assert client.get(f"/inbox/{room.uuid}").status_code == 404
    assert client.get(f"/inbox/{room.uuid}/details").status_code == 404
    assert client.post(f"/inbox/{room.uuid}/close").status_code == 404
    assert client.post(f"/inbox/{room.uuid}/reopen").status_code == 404
    room.refresh_from_db()
    assert room.is_open
    assert read_page(client.get("/inbox"))["rooms"] == []


# The guest is there: they were let in a moment ago.
@pytest.mark.django_db(transaction=True)
def test_a_link_into_another_account_of_the_same_person_leads_there(alice, charlie, link):
    room = join(charlie.memberships.get().account.links.get(), "Ivo").room
    assert sign_in(alice).get(f"/inbox/{room.uuid}").status_code == 404
    Membership.objects.create(account=room.account, user=alice, role="agent")
    client = sign_in(alice)
    page = read_page(client.get(f"/inbox/{room.uuid}", follow=True))
    assert page["details"]["room"]["id"] == str(room.uuid)
    assert [one["name"] for one in read_page(client.get("/inbox"))["rooms"]] == ["Ivo"]


def test_an_erased_guests_room_can_still_be_read(alice, room, guest):
    Participant.objects.filter(pk=guest.pk).update(guest=None)
    details = read_page(sign_in(alice).get(f"/inbox/{room.uuid}"))["details"]
    assert [one["name"] for one in details["guests"]] == ["Gwen"]


def test_a_room_that_never_was_looks_like_somebody_elses(alice, charlie, room):
    absent = sign_in(alice).get(f"/inbox/{uuid.uuid4()}/details", headers={"Accept": "*/*"})
    foreign = sign_in(charlie).get(f"/inbox/{room.uuid}/details", headers={"Accept": "*/*"})
    assert absent.status_code == foreign.status_code == 404


def test_an_agent_closes_and_reopens_with_plain_forms(bob, room):
    client = sign_in(bob)
    response = client.post(f"/inbox/{room.uuid}/close", headers={"Accept": "text/html"})
    assert response["Location"] == f"/inbox/{room.uuid}"
    room.refresh_from_db()
    assert not room.is_open
    client.post(f"/inbox/{room.uuid}/reopen", headers={"Accept": "text/html"})
    room.refresh_from_db()
    assert room.is_open


def test_a_script_that_closes_is_told_the_status(alice, room):
    headers = {"Accept": "application/json"}
    response = sign_in(alice).post(f"/inbox/{room.uuid}/close", headers=headers)
    assert response.json() == {"id": str(room.uuid), "status": "closed"}


def test_closing_needs_the_token_against_forged_requests(alice, room):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"/inbox/{room.uuid}/close").status_code == 403
    room.refresh_from_db()
    assert room.is_open


def test_closing_by_a_mere_link_is_refused(alice, room):
    assert sign_in(alice).get(f"/inbox/{room.uuid}/close").status_code == 405


def test_an_empty_inbox_offers_the_first_link(alice, link):
    text = sign_in(alice).get("/inbox").content.decode()
    assert f"/c/{link.token}" in text
    assert f"/c/{link.token}/qr.svg" in text
    assert "private window" in text


def test_a_guest_who_is_connected_is_shown_as_online(alice, account, room, guest):
    say(guest, "Hi")
    assert read_page(sign_in(alice).get("/inbox"))["rooms"][0]["online"] is False
    key = presence.guests_key(account.uuid)
    presence.get_redis().zadd(key, {f"{room.uuid}:c1": 4_000_000_000})
    assert read_page(sign_in(alice).get("/inbox"))["rooms"][0]["online"] is True


def test_the_ticket_lets_in_this_member_and_nobody_else(bob, account):
    client = sign_in(bob)
    claims = read_ticket_claims(read_page(client.get("/inbox"))["socket"]["ticket"])
    assert claims.account == str(account.uuid)
    assert claims.membership == str(bob.memberships.get().uuid)
    assert claims.room == ""


def test_the_page_is_kept_by_no_cache(alice):
    assert "no-store" in sign_in(alice).get("/inbox")["Cache-Control"]


def test_the_page_speaks_the_readers_language(alice, room):
    text = sign_in(alice).get("/inbox", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "收件箱" in text


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_takes_the_same_queries_for_any_number_of_rooms(
    alice, link, count, django_assert_num_queries
):
    make_rooms(link, count)
    client = sign_in(alice)
    client.get("/inbox")
    # The user, their memberships, the rooms.
    with django_assert_num_queries(4):
        assert len(read_page(client.get("/inbox"))["rooms"]) == count


def test_a_link_into_a_room_takes_three_queries_more(alice, link, room, django_assert_num_queries):
    make_rooms(link, 20)
    client = sign_in(alice)
    client.get("/inbox")
    # And the room, its visits, its guests.
    with django_assert_num_queries(7):
        client.get(f"/inbox/{room.uuid}")
