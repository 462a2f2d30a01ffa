"""Where a person is signed in: listed, and ended one by one or all at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.base.redis import get_redis
from accounts.sign_in.sessions import describe_device, shorten_network
from tests.cast import PASSWORD

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0"


def sign_in(user, address="198.51.100.7", user_agent=DESK):
    browser = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=user_agent)
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


def is_in(browser):
    return browser.get("/team").status_code == 200


def session_of(browser):
    return UserSession.objects.get(session_key=browser.session.session_key)


@pytest.fixture
def desk(alice):
    return sign_in(alice)


@pytest.fixture
def phone(alice, desk):
    return sign_in(alice, "2001:db8:1:2::9", PHONE)


def test_the_list_names_device_network_and_time(desk, phone):
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=3))
    page = desk.get("/account/sessions").content.decode()
    assert "Edge on Windows" in page and "Safari on iPhone" in page
    assert "198.51.100.0/24" in page and "2001:db8:1::/48" in page
    assert "198.51.100.7" not in page and "3\xa0hours ago" in page


def test_one_is_ended_and_no_other(desk, phone):
    desk.post(f"/account/sessions/{session_of(phone).pk}/end")
    assert not is_in(phone) and is_in(desk)


def test_all_others_are_ended_at_once(alice, desk, phone):
    third = sign_in(alice)
    desk.post("/account/sessions/end")
    assert is_in(desk) and not is_in(phone) and not is_in(third)


def test_nobody_ends_or_sees_those_of_another(charlie, desk):
    charlies = sign_in(charlie, "203.0.113.5")
    answer = charlies.post(f"/account/sessions/{session_of(desk).pk}/end")
    charlies.post("/account/sessions/end")
    assert answer.status_code == 404 and is_in(desk)
    assert "198.51.100" not in charlies.get("/account/sessions").content.decode()


def test_last_seen_is_kept_to_a_few_minutes(desk):
    desk.get("/team")
    long_ago = timezone.now() - timedelta(days=1)
    UserSession.objects.update(last_seen_at=long_ago)
    desk.get("/team")
    assert session_of(desk).last_seen_at == long_ago
    for key in get_redis().scan_iter("seen:*"):
        get_redis().delete(key)  # five minutes later
    desk.get("/team")
    assert session_of(desk).last_seen_at > long_ago


def test_the_page_asks_for_a_sign_in(client, db):
    assert client.get("/account/sessions").headers["Location"].startswith("/accounts/login/")
    assert client.post("/account/sessions/end").status_code == 302


def test_the_librarys_page_leads_here(desk):
    assert desk.get("/accounts/sessions/").headers["Location"] == "/account/sessions"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [(PHONE, "Safari on iPhone"), (DESK, "Edge on Windows"), ("curl/8", "Unknown device")],
)
def test_devices_are_told_in_words(user_agent, said):
    assert describe_device(user_agent) == said


def test_networks_are_shortened():
    assert shorten_network("203.0.113.77") == "203.0.113.0/24"
    assert shorten_network("2001:db8:aa:bb::1") == "2001:db8:aa::/48"
