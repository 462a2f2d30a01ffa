"""Rooms without a word are closed by the clock, and the next word opens them."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from rooms.base import presence
from rooms.conversations.errors import RoomClosed
from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.properties.models import Property
from rooms.tasks import close_idle_rooms
from rooms.webhooks.models import Webhook
from tests.cast import enter, join

pytestmark = pytest.mark.django_db


def say(place):
    return post_message(sender=sender_of(place), client_id=uuid4(), body="Hi")


@pytest.fixture
def gwen(link):
    """A guest whose last word is eight days old."""
    place = join(link, "Gwen").participant
    say(place)
    age(days=8)
    return place


def age(**delta):
    Room.objects.update(activity_at=timezone.now() - timedelta(**delta))


def is_open():
    return Room.objects.get().is_open


def test_a_week_without_a_word_closes_and_a_repeat_changes_nothing(gwen):
    assert (close_idle_rooms(), close_idle_rooms()) == (1, 0)
    assert (Room.objects.get().idle, is_open()) == (True, False)


@pytest.mark.parametrize(
    ("days", "age_days", "closes"),
    [
        (7, 6, False),
        (7, 8, True),
        (30, 8, False),
        (1, 2, True),
        (0, 400, False),
        (None, 400, False),
    ],
)
def test_each_property_says_how_long(gwen, days, age_days, closes):
    Property.objects.update(idle_days=days)
    age(days=age_days)

    assert close_idle_rooms() == closes
    assert is_open() is not closes


@pytest.mark.parametrize("who", ["guest", "member"])
def test_the_next_message_opens_it_and_is_kept(gwen, alice, who):
    place = gwen if who == "guest" else enter(alice, gwen.room)
    close_idle_rooms()

    assert say(place).seq == 2
    assert is_open() and not Room.objects.get().idle
    assert close_idle_rooms() == 0


def test_who_comes_back_opens_it(gwen, link):
    close_idle_rooms()

    back = join(link, "Gwen", guest_uuid=gwen.guest.uuid)

    assert back.room.pk == gwen.room_id and is_open()


def test_what_a_member_closed_stays_closed(gwen):
    close_room(room=gwen.room)

    with pytest.raises(RoomClosed):
        say(gwen)
    assert Message.objects.count() == 1


def test_a_full_account_opens_none(gwen, account):
    close_idle_rooms()
    account.limits = {"open_rooms": 0}
    account.save(update_fields=["limits"])

    with pytest.raises(Exception, match="open_rooms"):
        say(gwen)
    assert not is_open()


def test_where_nothing_is_stored_a_room_with_somebody_in_it_stays(gwen):
    Property.objects.update(storage="none")
    presence.expect_guest(gwen.room.account.uuid, gwen.room.uuid)
    key = presence.room_key(gwen.room.uuid)
    presence.get_redis().zadd(key, {f"{gwen.uuid}:tab": timezone.now().timestamp() + 60})

    assert close_idle_rooms() == 0
    presence.get_redis().delete(key)
    assert close_idle_rooms() == 1


def test_webhooks_are_told_why(gwen, account):
    Webhook.objects.create(account=account, url="https://example.com/x", events=["room.closed"])

    close_idle_rooms()

    delivery = Webhook.objects.get().deliveries.get()
    assert json.loads(delivery.payload)["data"]["reason"] == "idle"


@pytest.mark.django_db(transaction=True)
def test_a_room_that_somebody_holds_is_left_for_the_next_time(gwen):
    from concurrent.futures import ThreadPoolExecutor

    def sweep():
        try:
            return close_idle_rooms()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Room.objects.select_for_update().get(pk=gwen.room_id)
            assert pool.submit(sweep).result(20) == 0
        assert pool.submit(sweep).result(20) == 1
