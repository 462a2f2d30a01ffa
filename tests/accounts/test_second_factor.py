from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time

from accounts.sign_in.mfa import MFAAdapter
from tests.cast import PASSWORD

LOGIN = {"login": "alice@example.com", "password": PASSWORD}


def make_code(secret):
    """What an authenticator app shows now."""
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"


@pytest.fixture
def setup_page(client, alice):
    """Alice has signed in, has given her password once more and looks at the page."""
    client.post("/accounts/login/", LOGIN)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client.get("/accounts/2fa/totp/activate/")


@pytest.fixture
def secret(client, setup_page):
    """Alice has set up an authenticator app; its secret."""
    secret = setup_page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": make_code(secret)})
    return secret


def test_setting_up_shows_a_code_to_scan(setup_page):
    assert "data:image/svg+xml" in setup_page.content.decode()


def test_setting_up_asks_for_the_password_once_more(client, alice):
    client.force_login(alice)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_the_secret_is_stored_encrypted(alice, secret):
    stored = Authenticator.objects.get(user=alice, type="totp").data["secret"]
    assert secret not in stored


def test_the_password_alone_opens_nothing_then(client, secret):
    client.post("/accounts/logout/")
    answer = client.post("/accounts/login/", LOGIN)
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/team").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert client.get("/team").status_code == 302


def test_a_recovery_code_opens_the_door(client, alice, secret):
    codes = Authenticator.objects.get(user=alice, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    client.post("/accounts/logout/")
    client.post("/accounts/login/", LOGIN)
    answer = client.post("/accounts/2fa/authenticate/", {"code": code})
    assert answer.headers["Location"] == "/inbox"
    fresh = Authenticator.objects.get(user=alice, type="recovery_codes").wrap()
    assert code not in fresh.get_unused_codes()


def test_the_secret_survives_a_change_of_the_key(alice, secret, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz"
    stored = Authenticator.objects.get(user=alice, type="totp").data["secret"]
    assert MFAAdapter().decrypt(stored) == secret


def test_signing_in_offers_a_passkey(client, db):
    page = client.get("/accounts/login/").content.decode()
    assert 'id="passkey_login"' in page
    options = client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    assert "challenge" in options.json()["request_options"]["publicKey"]
