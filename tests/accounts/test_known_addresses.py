"""No answer, text or amount of work tells whether an address is known."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts.base.redis import get_redis
from tests.accounts.conftest import sign_in
from tests.accounts.test_invitations import invite
from tests.accounts.test_sign_up import CODE_PAGE, sign_up

KNOWN, UNKNOWN = "alice@example.com", "nobody@example.com"
# What no two pages share.
CHANGING = r'name="csrfmiddlewaretoken" value="[^"]+"|/invitations/[^"&]+'


@pytest.fixture
def hashed(monkeypatch):
    """How often a password was hashed, as a list of the hasher's calls."""
    calls, encode = [], MD5PasswordHasher.encode

    def count(self, *args, **kwargs):
        calls.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    return calls


@pytest.fixture
def observe(alice, hashed, mailoutbox):
    """observe(act, email): all that somebody sees and may measure of act(browser, email)."""

    def look(act, email):
        browser = Client()
        hashed.clear()
        mailoutbox.clear()
        get_redis().flushdb()
        answers = act(browser, email)
        named = re.compile(f"{re.escape(email)}|{re.escape(quote(email))}|{CHANGING}")
        pages = [named.sub("", one.content.decode()) for one in answers]
        statuses = [(one.status_code, one.headers.get("Location")) for one in answers]
        cookies = sorted(browser.cookies)
        return statuses, pages, cookies, len(hashed), [mail.to == [email] for mail in mailoutbox]

    return look


def act_sign_up(browser, email):
    return [
        sign_up(browser, email=email),
        browser.get(CODE_PAGE),
        browser.post(CODE_PAGE, {"action": "resend"}),
        browser.post(CODE_PAGE, {"action": "change", "email": "else@example.com"}),
        *[browser.post(CODE_PAGE, {"code": "AAAA-AAAA"}) for _ in range(5)],
        browser.get("/inbox"),
    ]


def act_reset(browser, email):
    sent = browser.post("/accounts/password/reset/", {"email": email})
    return [sent, browser.get(sent.headers["Location"])]


def act_wrong_password(browser, email):
    login = {"login": email, "password": "wrong"}
    return [browser.post("/accounts/login/", login) for _ in range(7)]


@pytest.mark.parametrize("act", [act_sign_up, act_reset, act_wrong_password])
def test_known_and_unknown_look_and_cost_the_same(observe, act):
    assert observe(act, KNOWN) == observe(act, UNKNOWN)


def test_signing_up_costs_one_hash_and_one_mail(observe):
    _, _, _, hashes, mails = observe(lambda browser, email: [sign_up(browser, email=email)], KNOWN)
    assert (hashes, mails) == (1, [True])


def test_an_address_in_waiting_looks_like_a_new_one(observe):
    first = observe(act_sign_up, UNKNOWN)
    assert first == observe(act_sign_up, "other@example.com")
    sign_up(Client(), email="third@example.com")
    assert first == observe(act_sign_up, "third@example.com")


def test_an_invitation_does_not_tell_its_sender(observe, charlie, alices):
    def act(browser, email):
        invite(alices, email)
        offer = alices.get("/team")
        return [browser.get(offer.context["offer"]["link"])]

    assert observe(act, charlie.email) == observe(act, UNKNOWN)


def test_who_is_signed_in_learns_nothing_by_adding_an_address(observe, charlie):
    def act(browser, email):
        mine = sign_in(charlie)
        return [mine.post("/accounts/email/", {"email": email, "action_add": ""})]

    assert observe(act, KNOWN) == observe(act, UNKNOWN)
