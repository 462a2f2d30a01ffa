from __future__ import annotations

import pytest
from django.test import Client


def test_an_unknown_page_is_friendly_and_404(client, db):
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    response = browser.post("/team", {"email": "x@example.com"})
    assert response.status_code == 403
    assert "has expired" in response.content.decode()


def test_too_fast_says_when_to_come_back(client, db, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"page": "1/60"}
    client.get("/invitations/nonsense")
    response = client.get("/invitations/nonsense")
    assert response.status_code == 429
    assert 50 <= int(response.headers["Retry-After"]) <= 60


def test_a_script_gets_problem_details(client, db):
    response = client.get("/invitations/nonsense", headers={"accept": "application/json"})
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_a_crash_shows_a_page_that_needs_no_database(client, alices, monkeypatch):
    def crash(*args):
        raise RuntimeError

    alices.raise_request_exception = False
    monkeypatch.setattr("accounts.limits.usage.read_usage", crash)
    response = alices.get("/account")
    assert response.status_code == 500
    assert "Something broke" in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/signup/", "/nothing"])
def test_no_page_carries_inline_code(client, db, path):
    page = client.get(path).content.decode()
    assert " style=" not in page and "<style" not in page and " onclick=" not in page


def test_members_pages_carry_no_inline_code(alices):
    for path in ("/team", "/developers", "/account", "/accounts/2fa/", "/accounts/email/"):
        page = alices.get(path).content.decode()
        assert " style=" not in page and "<style" not in page and " onclick=" not in page


def test_the_landing_page_sends_members_on(client, alices):
    assert "sign" in client.get("/").content.decode().lower()
    assert alices.get("/").headers["Location"] == "/inbox"
