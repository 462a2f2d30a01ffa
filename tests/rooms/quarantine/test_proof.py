"""A proof of work at the door: who is asked, and what counts as one."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from redis import RedisError

from accounts.base.redis import get_redis
from rooms.blocks.services import block
from rooms.conversations.models import Room
from rooms.guests.models import Guest
from rooms.links.services.links import create_link
from rooms.privacy.services import erase_guest
from tests.api.requests.test_authentication import assert_problem
from tests.rooms.quarantine.knocks import AT_SCHOOL, HEADLESS, Knocker, solve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_sum(settings):
    settings.PROOF_MAX_NUMBER = 200


@pytest.fixture
def challenge(link):
    return Knocker(agent=HEADLESS).knock(link).json()["challenge"]


def test_a_person_is_asked_nothing(link):
    assert Knocker().knock(link).status_code == 201


def test_a_program_that_asks_by_itself_is_asked_nothing(link):
    assert Knocker(agent="python-httpx/0.28").knock(link).status_code == 201


@pytest.mark.parametrize(
    ("agent", "sign"),
    [
        (HEADLESS, {}),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", {}),
        ("Mozilla/5.0 PhantomJS/2.1", {}),
        ("Mozilla/5.0", {"automated": "1"}),
    ],
)
def test_a_browser_that_a_program_drives_is_asked_and_let_in(link, agent, sign):
    browser = Knocker(agent=agent)
    refused = browser.knock(link, **sign)
    problem = assert_problem(refused, 428, "proof_required")
    assert set(problem["challenge"]) == {
        *("algorithm", "challenge", "maxnumber", "salt", "signature")
    }
    assert not Guest.objects.exists()
    assert browser.knock(link, **sign, proof=solve(problem["challenge"])).status_code == 201
    assert Room.objects.get().status == Room.Status.OPEN


def test_a_crowd_is_asked_and_each_link_has_its_own(link, property, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "new_guests": "3/60"}
    answers = [Knocker().knock(link).status_code for _ in range(5)]
    assert answers == [201, 201, 201, 428, 428]
    assert Knocker().come_in(link).status_code == 201
    assert Knocker().knock(create_link(property=property)).status_code == 201


def test_who_comes_from_where_a_blocked_guest_came_is_asked(link):
    Knocker(AT_SCHOOL).knock(link)
    block(guest=Guest.objects.get())
    assert Knocker(AT_SCHOOL).knock(link).status_code == 428
    assert Knocker(AT_SCHOOL).come_in(link).status_code == 201
    assert Knocker().knock(link).status_code == 201


def test_who_was_here_is_never_asked(link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "new_guests": "1/60"}
    browser = Knocker()
    assert browser.knock(link).status_code == 201
    assert Knocker().knock(link).status_code == 428
    assert browser.knock(link, automated="1").status_code == 201


def test_the_cookie_of_an_erased_guest_is_no_way_around(link, settings):
    browser = Knocker(agent=HEADLESS)
    assert browser.come_in(link).status_code == 201
    erase_guest(guest=Guest.objects.get())
    assert browser.knock(link).status_code == 428


def test_a_solution_counts_once(link, challenge):
    proof = solve(challenge)
    assert Knocker(agent=HEADLESS).knock(link, proof=proof).status_code == 201
    again = Knocker(agent=HEADLESS).knock(link, proof=proof)
    assert assert_problem(again, 428, "proof_required")["challenge"] != challenge


def test_a_solution_is_for_one_link(link, property, challenge):
    other = create_link(property=property)
    assert Knocker(agent=HEADLESS).knock(other, proof=solve(challenge)).status_code == 428


def test_a_solution_comes_in_time(link, challenge):
    proof = solve(challenge)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        assert Knocker(agent=HEADLESS).knock(link, proof=proof).status_code == 428


def encode(said):
    return base64.b64encode(json.dumps(said).encode()).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 10**9},
        {"number": "7"},
        {"number": True},
        {"signature": "0" * 64},
        {"salt": "00?expires=9999999999&"},
        {"salt": ["a"]},
        {"algorithm": "SHA-1"},
        {"algorithm": "MD5"},
        {"challenge": None},
    ],
)
def test_what_was_changed_is_no_solution(link, challenge, changes):
    proof = solve(challenge, changes)
    assert Knocker(agent=HEADLESS).knock(link, proof=proof).status_code == 428


@pytest.mark.parametrize(
    "proof",
    ["x", "=", "é", "bm9uZQ==", encode([]), encode({}), encode({"number": 1}), "W" * 1000],
)
def test_what_is_no_solution_at_all_is_asked_again(link, proof):
    assert Knocker(agent=HEADLESS).knock(link, proof=proof).status_code == 428


def test_more_than_any_solution_is_refused(link):
    answer = Knocker(agent=HEADLESS).knock(link, proof="x" * 1001)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "proof")


def test_challenges_of_an_earlier_key_still_count(link, challenge, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz"
    assert Knocker(agent=HEADLESS).knock(link, proof=solve(challenge)).status_code == 201


def test_with_redis_away_a_solution_counts(link, challenge, monkeypatch):
    def refuse(*_, **__):
        raise RedisError

    monkeypatch.setattr(type(get_redis()), "set", refuse)
    assert Knocker(agent=HEADLESS).knock(link, proof=solve(challenge)).status_code == 201


def test_an_owner_of_the_machine_may_ask_nobody(link, settings):
    settings.PROOF_MAX_NUMBER = 0
    assert Knocker(agent=HEADLESS).knock(link).status_code == 201
