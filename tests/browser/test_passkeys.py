"""A passkey signs in alone, with the authenticator that Chromium brings for tests."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.cast import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def browser(visit_as, live, alice):
    """A browser with an authenticator, at the sign-in; WebAuthn knows no bare IP addresses."""
    page = visit_as("about:blank")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(f"{live.url.replace('127.0.0.1', 'localhost')}/accounts/login/")
    return page


def sign_in(page):
    page.locator("[name=login]").fill("alice@example.com")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/inbox$"))


def test_a_passkey_is_made_and_signs_in_alone(browser, alice):
    sign_in(browser)
    origin = browser.url.removesuffix("/inbox")
    browser.goto(f"{origin}/accounts/2fa/webauthn/add/")
    browser.locator("[name=password]").fill(PASSWORD)
    browser.locator("main form button").first.click()
    browser.locator("[name=name]").fill("Laptop")
    browser.locator("main form input[type=checkbox]").check()
    browser.locator("#mfa_webauthn_add").click()
    expect(browser).not_to_have_url(re.compile("/add/"))
    assert Authenticator.objects.filter(user=alice, type="webauthn").exists()

    browser.goto(f"{origin}/accounts/logout/")
    browser.locator("main form button").first.click()
    browser.goto(f"{origin}/accounts/login/")
    browser.get_by_role("button", name="Sign in with a passkey").click()
    expect(browser).to_have_url(re.compile("/inbox$"))
