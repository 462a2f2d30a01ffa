"""Rooms that were left without a word go after a day; what happened stays on record."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings
from django.utils import timezone

from accounts.base.redis import get_redis
from rooms.arrivals.models import Arrival
from rooms.base import presence
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import assign_room, close_room, reopen_room, tag_room
from rooms.guests.models import Guest
from rooms.links.services.links import update_link
from rooms.notifications.models import Delivery
from rooms.tasks import tidy_rooms
from rooms.visits.services import join_link
from tests.cast import enter, join
from tests.rooms.inbox.rooms_in_bulk import make_rooms

pytestmark = pytest.mark.django_db


def let_time_pass(hours=settings.WORDLESS_ROOM_HOURS + 1, calls="sent"):
    """Nobody was seen since; every call is done."""
    ago = timezone.now() - timedelta(hours=hours)
    Room.objects.update(activity_at=ago)
    Guest.objects.update(last_seen_at=ago)
    Arrival.objects.update(at=ago, last_seen_at=ago)
    Delivery.objects.update(state=calls, finished_at=ago)


def take_seat(room, participant):
    key = presence.room_key(room.uuid)
    get_redis().zadd(key, {f"{participant.uuid}:c1": 4_000_000_000})


def test_a_room_left_without_a_word_is_removed_and_its_visit_stays(room, guest, visit):
    let_time_pass()
    assert tidy_rooms() == 1
    assert not Room.objects.exists() and not Participant.objects.exists()
    arrival = Arrival.objects.get()
    assert (arrival.pk, arrival.room, arrival.guest) == (visit.arrival.pk, None, visit.guest)
    assert tidy_rooms() == 0


def test_before_its_time_nothing_is_removed(room):
    let_time_pass(settings.WORDLESS_ROOM_HOURS - 1)
    assert tidy_rooms() == 0


@pytest.mark.parametrize(
    "touch",
    [
        lambda room, guest, alice: post_message(
            sender=sender_of(guest), client_id=uuid.uuid4(), body="Hi"
        ),
        lambda room, guest, alice: enter(alice, room),
        lambda room, guest, alice: assign_room(room=room, assignee=alice.memberships.get()),
        lambda room, guest, alice: tag_room(room=room, tags=["vip"]),
        lambda room, guest, alice: reopen_room(room=close_room(room=room), keep=True),
        lambda room, guest, alice: take_seat(room, guest),
    ],
    ids=["a message", "a member", "an assignee", "a tag", "opened again", "its guest"],
)
def test_what_somebody_touched_or_is_in_stays(alice, room, guest, touch):
    touch(room, guest, alice)
    let_time_pass()
    assert tidy_rooms() == 0
    assert Room.objects.filter(pk=room.pk).exists()


def test_the_hours_count_from_when_the_guest_left(room, guest):
    take_seat(room, guest)
    let_time_pass()
    tidy_rooms()
    get_redis().flushdb()
    assert tidy_rooms() == 0
    let_time_pass()
    assert tidy_rooms() == 1


def test_a_guest_who_is_coming_in_keeps_their_room(room, visit, link):
    let_time_pass()
    join_link(link=link, guest_uuid=visit.guest.uuid)
    assert tidy_rooms() == 0


def test_a_call_that_is_not_done_keeps_the_room(room):
    let_time_pass(calls="waiting")
    assert tidy_rooms() == 0
    let_time_pass()
    assert tidy_rooms() == 1
    assert Delivery.objects.count() == 1


def test_rooms_that_stay_do_not_hold_up_the_others(link, monkeypatch):
    monkeypatch.setattr("rooms.privacy.cleanup.BATCH_ROWS", 3)
    make_rooms(link, 10)
    Room.objects.update(last_seq=0)
    let_time_pass()
    for place in Participant.objects.select_related("room").order_by("room_id")[:4]:
        take_seat(place.room, place)
    assert tidy_rooms() == 6
    assert Room.objects.count() == 4


def test_who_comes_back_gets_a_new_room_by_a_full_link_with_a_new_passcode(link):
    visit = join(link)
    let_time_pass()
    tidy_rooms()
    update_link(link=link, guest_limit=1, passcode="sesame")
    link.refresh_from_db()
    again = join_link(link=link, guest_uuid=visit.guest.uuid)
    assert again.guest == visit.guest
    assert again.room.pk != visit.room.pk
    assert again.arrival is not None
    assert post_message(sender=sender_of(again.participant), client_id=uuid.uuid4(), body="Hi")
    link.refresh_from_db()
    assert link.guest_count == 1


def test_the_page_of_calls_still_tells_of_the_visit(alice, client, link):
    join(link, "Ann")
    let_time_pass()
    tidy_rooms()
    client.force_login(alice)
    text = client.get("/notifications").content.decode()
    assert "Ann" in text
    assert "/inbox/" not in text


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_without_redis_nobody_knows_who_is_there_and_nothing_is_removed(room):
    from accounts.base import redis

    redis.get_redis.cache_clear()
    try:
        let_time_pass()
        assert tidy_rooms() == 0
    finally:
        redis.get_redis.cache_clear()


@override_settings(WORDLESS_ROOM_HOURS=12)
def test_a_room_must_outlive_the_tokens_that_lead_into_it():
    assert "config.E009" in {found.id for found in run_checks()}
