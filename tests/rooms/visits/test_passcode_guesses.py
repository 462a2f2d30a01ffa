"""Guessing a link's passcode gets slower, from whatever addresses, and its managers are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from accounts.base.redis import get_redis
from rooms.links.services import guesses
from rooms.links.services.links import create_link, update_link
from rooms.links.services.passcodes import AT_ONCE
from rooms.tasks import tell_of_guesses

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def passcode(link):
    update_link(link=link, passcode="sesame")


@pytest.fixture
def asked(monkeypatch):
    """Which tasks the broker was given."""
    jobs = []
    monkeypatch.setattr(guesses.broker, "publish", jobs.extend)
    return jobs


def guess(link, number=0, passcode="wrong", client=None):
    client = client or Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250}")
    body = f'{{"passcode": "{passcode}"}}'
    return client.post(f"/c/{link.token}/join", body, content_type="application/json")


def pass_time(link):
    get_redis().delete(f"passcode:wait:{link.pk}")


def wait_s(answer):
    return int(answer["Retry-After"])


def test_each_further_guess_waits_twice_as_long_up_to_a_limit(link, asked):
    assert [guess(link, n).status_code for n in range(6)] == [403] * 6
    waits = []
    for number in range(6, 14):
        refused = guess(link, number)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        waits.append(wait_s(refused))
        pass_time(link)
        assert guess(link, number).status_code == 403
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_who_knows_it_comes_in_between_and_who_was_inside_is_not_asked(link, asked):
    friend = Client(REMOTE_ADDR="203.0.113.1")
    assert guess(link, passcode="sesame", client=friend).status_code == 201
    for number in range(6):
        guess(link, number)
    assert guess(link, client=friend).status_code == 201
    assert guess(link, 99, passcode="sesame").status_code == 429
    pass_time(link)
    assert guess(link, 99, passcode="sesame").status_code == 201


def test_a_page_that_only_asks_whether_to_ask_is_not_a_guess(link, asked):
    for number in range(12):
        assert guess(link, number, passcode="").status_code == 403


def test_another_link_is_not_concerned(link, property, asked):
    other = create_link(property=property, passcode="swordfish")
    for number in range(7):
        guess(link, number)
    assert guess(other, passcode="swordfish").status_code == 201


def test_many_at_once_are_hashed_a_few_times(link, asked):
    for number in range(12):  # the next wrong one makes everybody wait for a minute
        guess(link, number)
        pass_time(link)

    def one(number):
        try:
            return guess(link, number).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(one, range(100)))
    assert set(codes) <= {403, 429, 503}
    # Those whose turn had begun when the first of them was found wrong.
    assert 1 <= codes.count(403) <= AT_ONCE


def test_the_managers_are_told_once_and_where_to_pause(link, asked, alice, mailoutbox):
    for number in range(30):
        guess(link, number)
        pass_time(link)
    [(task, link_id, _)] = asked
    assert (task.task, link_id) == ("rooms.tasks.tell_of_guesses", link.pk)
    tell_of_guesses(link_id)
    [mail] = mailoutbox
    assert mail.to == [alice.email]
    assert mail.subject == "Somebody guesses the passcode of a link of Alice's shop"
    assert f"/properties/links/{link.uuid}#pause" in mail.body


def test_without_redis_the_door_works(link, asked, monkeypatch):
    from redis import RedisError

    def away(*_, **__):
        raise RedisError

    monkeypatch.setattr(guesses, "_script", lambda: away)
    for number in range(8):
        assert guess(link, number).status_code == 403
