"""Owners whom a platform made are in without a proof: it handed them the way in."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.sign_in.services import sign_in_url
from accounts.targets.models import Target
from accounts.users.models import User
from rooms.provisioning.bulk.chunks import provision_rows
from rooms.provisioning.bulk.rows import RawRow
from tests.accounts.test_sign_up import confirm

EMAIL = "pia@example.com"
PASSWORD = "a word of my own"


@pytest.fixture
def entered(client, db):
    """Pia's browser, after she chose a password on her sign-in link."""
    row = {"external_id": "pia", "email": EMAIL, "name": "Pia"}
    [result] = provision_rows([RawRow(1, row)], actor=None)
    way_in = sign_in_url(result.sign_in.uuid)
    assert client.post(way_in, {"password": PASSWORD}).headers["Location"] == "/welcome"
    return client


def test_their_account_works_at_once(entered):
    assert entered.get("/inbox").status_code == 200
    assert User.objects.get().memberships.get().account.is_open


def test_their_password_lets_them_in_without_a_code(entered):
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert answer.headers["Location"] == "/inbox"


def test_the_banner_goes_away_with_the_confirmation(entered, mailoutbox):
    assert 'class="banner"' in entered.get("/account").content.decode()
    assert Target.objects.get().verified_at is None
    confirm(entered, mailoutbox[-1])
    assert Target.objects.get().verified_at is not None
    assert 'class="banner"' not in entered.get("/account").content.decode()


def test_the_banner_sends_the_code_again(entered, mailoutbox):
    sent = entered.post("/accounts/email/", {"email": EMAIL, "action_send": ""})
    assert sent.headers["Location"] == "/accounts/confirm-email/"
    assert confirm(entered, mailoutbox[-1]).headers["Location"] == "/inbox"
    assert Target.objects.get().verified_at is not None
