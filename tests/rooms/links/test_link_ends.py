"""What the end of a link means: no new visits, and by choice the end of what runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains

from rooms.conversations.models import Room
from rooms.conversations.services import expiry
from rooms.conversations.services.rooms import reopen_room
from rooms.links.models import DirectLink
from rooms.links.services.links import create_link, create_links, update_link
from rooms.tasks import close_rooms_of_ended_links
from tests.cast import join

pytestmark = pytest.mark.django_db


def end(link):
    DirectLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def count_open():
    return Room.objects.open().count()


@pytest.fixture
def closing(link):
    ends = timezone.now() + timedelta(days=1)
    return update_link(link=link, expires_at=ends, closes_rooms=True)


def test_the_form_says_what_the_end_means(client, alice, link):
    client.force_login(alice)
    page = client.get(f"/properties/links/{link.uuid}")
    assertContains(page, "From then on nobody new comes in.")
    assertContains(page, "Then also close the conversations that run")
    client.post(f"/properties/links/{link.uuid}", {"mode": "private", "closes_rooms": "on"})
    link.refresh_from_db()
    assert link.closes_rooms


def test_unless_chosen_what_runs_goes_on(link, room):
    end(link)
    assert close_rooms_of_ended_links() == 0
    assert count_open() == 1


def test_chosen_the_end_closes_what_runs_and_nothing_earlier(closing, room):
    assert close_rooms_of_ended_links() == 0
    end(closing)
    assert close_rooms_of_ended_links() == 1
    assert count_open() == 0
    assert close_rooms_of_ended_links() == 0


def test_a_room_that_is_opened_again_afterwards_stays_open(closing, room):
    end(closing)
    close_rooms_of_ended_links()
    room.refresh_from_db()
    reopen_room(room=room)
    assert close_rooms_of_ended_links() == 0
    assert count_open() == 1


def test_a_new_end_closes_once_more(closing, room):
    end(closing)
    close_rooms_of_ended_links()
    closing.refresh_from_db()
    update_link(link=closing, expires_at=timezone.now() + timedelta(days=2))
    room.refresh_from_db()
    reopen_room(room=room)
    end(closing)
    assert close_rooms_of_ended_links() == 1


def test_many_rooms_are_closed_in_steps(closing, monkeypatch):
    monkeypatch.setattr(expiry, "STEP_ROOMS", 2)
    for name in ("Ann", "Ben", "Cid", "Dan"):
        join(closing, name)
    end(closing)
    assert close_rooms_of_ended_links() == 4
    closing.refresh_from_db()
    assert closing.rooms_closed_at is not None


def test_rooms_of_other_links_stay(closing, property):
    join(create_link(property=property))
    end(closing)
    assert close_rooms_of_ended_links() == 0
    assert count_open() == 1


def test_many_links_at_once_end_alike(property):
    links = create_links(property=property, count=2, closes_rooms=True)
    assert all(link.closes_rooms for link in links)
