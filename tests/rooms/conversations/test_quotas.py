"""One guest, or one link, does not use up an account: at each edge they come in by."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from accounts.base.errors import RateLimited
from accounts.limits.usage import read_usage
from rooms.attachments.models import Attachment
from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.guests.models import Guest
from rooms.links.services.links import create_link
from tests.cast import enter, join
from tests.files_to_send import make_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit(settings):
    """limit(scope, name=…): the quotas of a guest or a link."""

    def lower(scope, **allowed):
        changed = {scope: settings.SCOPED_LIMITS[scope] | allowed}
        settings.SCOPED_LIMITS = settings.SCOPED_LIMITS | changed

    return lower


def write(place, count):
    """How many of so many messages were taken, and the refusal's facts."""
    sender = sender_of(place)
    for n in range(count):
        try:
            post_message(sender=sender, client_id=uuid4(), body=f"line {n}")
        except RateLimited as refusal:
            return n, refusal.facts
    return count, {}


@pytest.mark.parametrize("name", ["messages_a_minute", "messages_a_day"])
def test_a_guest_who_writes_too_much_is_alone_with_it(link, alice, limit, name):
    limit("guest", **{name: 3})
    gwen, hank = join(link, "Gwen").participant, join(link, "Hank").participant

    taken, facts = write(gwen, 10)

    assert (taken, facts["limit"]) == (3, f"guest.{name}")
    assert 1 <= facts["retry_after_s"] <= (60 if name.endswith("minute") else 86_400)
    assert write(hank, 3) == (3, {})
    assert write(enter(alice, gwen.room), 5) == (5, {})


def test_a_links_guests_leave_the_others_of_the_account_alone(link, property, limit):
    limit("link", messages_a_minute=5)
    crowd = [join(link, f"Guest {n}").participant for n in range(3)]
    elsewhere = join(create_link(property=property)).participant

    assert sum(write(guest, 3)[0] for guest in crowd) == 5
    assert write(crowd[0], 1)[1]["limit"] == "link.messages_a_minute"
    assert write(elsewhere, 5) == (5, {})


def test_bytes_a_day_are_counted_and_the_answer_says_until_when(link, limit):
    limit("guest", upload_mib_a_day=1)
    gwen, hank = Client(), Client()
    for browser in (gwen, hank):
        ring(browser, link)
    half = b"x" * 600_000

    assert send(gwen, link, half).status_code == 201
    refused = send(gwen, link, half)
    assert (refused.status_code, refused.json()["limit"]) == (429, "guest.upload_mib_a_day")
    assert 1 <= int(refused["Retry-After"]) <= 86_400
    assert send(hank, link, half).status_code == 201
    assert Attachment.objects.count() == Message.objects.count() == 2


def test_new_rooms_an_hour_of_one_link(link, property, limit):
    limit("link", rooms_an_hour=2)

    answers = [ring(Client(), link) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["limit"] == "link.rooms_an_hour"
    assert Room.objects.count() == Guest.objects.count() == 2
    assert ring(Client(), create_link(property=property)).status_code == 201


def test_who_has_a_room_comes_back_to_it_whatever_is_used_up(link, limit):
    gwen = Client()
    ring(gwen, link)
    limit("link", rooms_an_hour=0)

    assert ring(gwen, link).status_code == 201


def test_new_rooms_an_hour_of_one_guest(property, limit):
    limit("guest", rooms_an_hour=2)
    links = [create_link(property=property) for _ in range(3)]
    gwen = Client()

    answers = [ring(gwen, link) for link in links]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["limit"] == "guest.rooms_an_hour"


def test_the_account_sees_what_it_used(account, link):
    gwen = Client()
    ring(gwen, link)
    send(gwen, link, b"x" * 1_100_000)

    used = {usage.name: usage.used for usage in read_usage(account)}

    assert (used["rooms_an_hour"], used["messages_a_minute"], used["messages_a_day"]) == (1, 1, 1)
    assert used["upload_mib_a_day"] == 2


def ring(browser, link):
    path = f"/c/{link.token}/join"
    return browser.post(path, json.dumps({}), content_type="application/json")


def send(browser, link, content):
    form = {"file": make_file("a.txt", content), "client_id": str(uuid4())}
    return browser.post(f"/c/{link.token}/files", form)
