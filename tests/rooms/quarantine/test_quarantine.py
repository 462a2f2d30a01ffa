"""Who is suspicious in two ways waits in a tab of its own, and rings nobody."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.audit.models import AuditEvent
from accounts.tenants.models import Account
from rooms.blocks.services import block
from rooms.conversations.models import Message, Room
from rooms.conversations.services.idle import close_idle_rooms
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.guests.models import Guest
from rooms.notifications.models import Delivery
from rooms.quarantine.services import release
from tests.api.conftest import make_api
from tests.cast import make_owner
from tests.rooms.inbox.test_inbox_page import read_page, sign_in
from tests.rooms.quarantine.knocks import AT_SCHOOL, HEADLESS, Knocker

pytestmark = pytest.mark.django_db(transaction=True)
Status = Room.Status


@pytest.fixture(autouse=True)
def small_sum(settings):
    settings.PROOF_MAX_NUMBER = 200


@pytest.fixture
def eve(link):
    """A driven browser from where a blocked guest came, and the room it was let into."""
    Knocker(AT_SCHOOL).knock(link)
    block(guest=Guest.objects.get())
    close_room(room=Room.objects.get())
    Delivery.objects.all().delete()
    eve = Knocker(AT_SCHOOL, HEADLESS)
    eve.answer = eve.come_in(link)
    eve.room = Room.objects.order_by("id").last()
    return eve


@pytest.fixture
def written(eve):
    post_message(
        sender=sender_of(eve.room.participants.get()), client_id=uuid.uuid4(), body="Buy this"
    )
    eve.room.refresh_from_db()
    return eve.room


def list_names(user, path="/inbox"):
    return [room["id"] for room in read_page(sign_in(user).get(path))["rooms"]]


def test_nobody_is_called_and_the_guest_notices_nothing(eve, link):
    person = Knocker().knock(link)
    assert (eve.answer.status_code, set(eve.answer.json())) == (201, set(person.json()))
    assert eve.room.status == Status.QUARANTINE
    assert not Delivery.objects.filter(arrival__room=eve.room).exists()
    assert Delivery.objects.count() == 1


def test_a_word_is_stored_and_waits_in_a_tab_of_its_own(alice, written):
    assert Message.objects.get().body == "Buy this"
    assert list_names(alice) == []
    page = read_page(sign_in(alice).get("/inbox?status=quarantine"))
    assert [room["id"] for room in page["rooms"]] == [str(written.uuid)]
    assert page["quarantined"] == 1
    assert not Delivery.objects.exists()


def test_coming_back_is_no_way_out(eve, link, settings):
    settings.VISIT_GAP_S = 0
    assert eve.knock(link).status_code == 201
    assert eve.room.arrivals.count() == 2
    assert not Delivery.objects.exists()


def test_let_through_it_is_open_and_rings_as_if_they_just_came(alice, written):
    client = Client()
    client.force_login(alice)
    answer = client.post(f"/inbox/{written.uuid}/release")
    assert answer.status_code == 302
    assert list_names(alice) == [str(written.uuid)]
    assert Delivery.objects.get().arrival == written.arrivals.get()
    assert AuditEvent.objects.filter(action="room.released").count() == 1
    written.refresh_from_db()
    release(room=written)
    assert Delivery.objects.count() == 1


def test_what_the_limit_leaves_no_room_for_stays_where_it_is(alice, account, written):
    Account.objects.update(limits={"open_rooms": 0})
    client = Client(headers={"Accept": "application/json"})
    client.force_login(alice)
    assert client.post(f"/inbox/{written.uuid}/release").status_code == 403
    written.refresh_from_db()
    assert (written.status, Delivery.objects.count()) == (Status.QUARANTINE, 0)


def test_programs_find_it_and_let_it_through(account, written):
    api = make_api(account)
    assert api.get("rooms?status=quarantine").json()["items"][0]["id"] == str(written.uuid)
    answer = api.post(f"rooms/{written.uuid}/release")
    assert (answer.status_code, answer.json()["status"]) == (200, "open")
    assert api.get("rooms?status=quarantine").json()["items"] == []


def test_to_another_tenant_it_does_not_exist(written):
    stranger = make_owner("zoe")
    assert sign_in(stranger).post(f"/inbox/{written.uuid}/release").status_code == 404
    theirs = make_api(stranger.memberships.get().account)
    assert theirs.post(f"rooms/{written.uuid}/release").status_code == 404
    written.refresh_from_db()
    assert written.status == Status.QUARANTINE


def test_it_closes_as_others_do(written):
    close_room(room=written)
    assert written.status == Status.CLOSED
    assert not written.is_open


def test_it_closes_by_itself_as_others_do(written):
    Room.objects.update(activity_at="2026-01-01T00:00:00Z")
    assert close_idle_rooms() == 1


def test_in_a_shared_room_nobody_waits_apart(link, account):
    Knocker(AT_SCHOOL).knock(link)
    block(guest=Guest.objects.get())
    link.mode = "shared"
    link.save()
    assert Knocker(AT_SCHOOL, HEADLESS).come_in(link).status_code == 201
    assert not Room.objects.filter(status=Status.QUARANTINE).exists()
