"""Wrong passwords slow down the guesser, not the owner."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import tasks
from accounts.base.redis import get_redis
from rooms.base import broker
from tests.cast import PASSWORD

OWNERS, STRANGERS = "198.51.100.7", "203.0.113.9"
EMAIL = "alice@example.com"


def come_from(address):
    return Client(REMOTE_ADDR=address)


def sign_in(browser, password=PASSWORD, email=EMAIL):
    return browser.post("/accounts/login/", {"login": email, "password": password})


def guess(browser, times, email=EMAIL):
    for _ in range(times):
        answer = sign_in(browser, "wrong", email)
    return answer


def is_in(browser):
    return browser.get("/team").status_code == 200


@pytest.fixture
def told(monkeypatch):
    """Whom the queue was asked to tell; 0 for a login that nobody has."""
    calls = []

    def note(jobs):
        calls.extend(row for task, row, _ in jobs if task is tasks.tell_of_guesses)
        return True

    monkeypatch.setattr(broker, "publish", note)
    return calls


@pytest.fixture
def known(alice):
    """A browser in which Alice signed in once."""
    browser = come_from(OWNERS)
    sign_in(browser)
    browser.post("/accounts/logout/")
    return browser


def test_guesses_from_elsewhere_never_lock_the_owner_out(alice, told):
    stranger, owner = come_from(STRANGERS), come_from(OWNERS)
    guess(stranger, 12)
    sign_in(stranger)
    assert not is_in(stranger)
    sign_in(owner)
    assert is_in(owner)


def test_a_known_device_gets_in_beside_a_guesser_of_the_same_address(known, told):
    guess(come_from(OWNERS), 12)
    sign_in(come_from(OWNERS))
    sign_in(known)
    assert is_in(known)


def test_a_known_device_is_slowed_down_by_its_own_guesses(known, told):
    guess(known, 6)
    sign_in(known)
    assert not is_in(known)


def test_the_device_of_somebody_else_counts_for_nothing(known, charlie, told):
    guess(come_from(OWNERS), 12, charlie.email)
    sign_in(known, PASSWORD, charlie.email)
    assert not is_in(known)


def test_a_forged_device_counts_for_nothing(known, told):
    known.cookies["device"] = known.cookies["device"].value + "x"
    guess(come_from(OWNERS), 12)
    sign_in(known)
    assert not is_in(known)


def test_many_addresses_together_are_slowed_down_too(known, settings, told):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"guess": "10/3600"}
    for number in range(4):
        guess(come_from(f"203.0.113.{number}"), 3)
    late = come_from("203.0.113.99")
    sign_in(late)
    assert not is_in(late)
    sign_in(known)
    assert is_in(known)


def test_the_network_of_a_session_is_known_then(alice, settings, told):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"guess": "10/3600"}
    sign_in(come_from(OWNERS))
    for number in range(4):
        guess(come_from(f"203.0.113.{number}"), 3)
    fresh = come_from(OWNERS)
    sign_in(fresh)
    assert is_in(fresh)


def test_the_owner_is_told_once_a_day(alice, told):
    for number in range(6):
        guess(come_from(f"203.0.113.{number}"), 3)
    assert told == [alice.pk]
    for key in get_redis().scan_iter("guesses:*"):
        get_redis().delete(key)  # the next day
    guess(come_from("203.0.113.200"), 5)
    assert told == [alice.pk, alice.pk]


def test_an_unknown_login_costs_the_same_and_mails_nobody(alice, told, mailoutbox):
    guess(come_from(STRANGERS), 5, "nobody@example.com")
    assert told == [0]
    tasks.tell_of_guesses(0)
    assert mailoutbox == []


def test_typing_errors_on_a_known_device_tell_nobody(known, told):
    guess(known, 5)
    assert told == []


def test_the_mail_says_what_happened_in_the_owners_language(alice, mailoutbox):
    tasks.tell_of_guesses(alice.pk)
    alice.language = "zh-hans"
    alice.save()
    tasks.tell_of_guesses(alice.pk)
    assert [mail.to for mail in mailoutbox] == [[alice.email]] * 2
    assert mailoutbox[0].subject == "Wrong passwords for your Doorbell sign-in"
    assert mailoutbox[1].subject == "您的 Doorbell 登录出现错误密码"
    assert "/accounts/password/reset/" in mailoutbox[0].body
