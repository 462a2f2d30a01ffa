"""Who may call, and what a refusal looks like."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.keys.services import revoke_api_key
from accounts.team.services.accounts import suspend_account
from tests.api.conftest import Api, make_api


def assert_problem(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    return body


def test_a_key_says_who_it_is(api, account):
    body = api.get("me").json()
    assert body["account"]["id"] == str(account.uuid)
    assert body["key"]["scope"] == "admin"
    assert body["member"] is None


def test_a_signed_in_member_says_who_they_are(bob_page, bob):
    body = bob_page.get("me").json()
    assert body["member"]["email"] == bob.email
    assert body["key"] is None


def test_no_key_is_401_and_names_the_scheme(stranger):
    response = stranger.get("properties")
    assert_problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("text", ["db_short", "db_aaaaaaaaaa_" + "b" * 43, "é" * 57, ""])
def test_a_wrong_key_is_401(db, text):
    assert_problem(Api(text.encode().decode("latin-1")).get("me"), 401, "unauthenticated")


def test_a_revoked_key_is_401(api):
    revoke_api_key(api.key)
    assert_problem(api.get("me"), 401, "unauthenticated")


def test_a_read_key_cannot_write(reader):
    assert reader.get("properties").status_code == 200
    assert_problem(reader.post("properties", {"name": "Shop"}), 403, "insufficient_scope")


def test_an_agent_talks_but_does_not_change_properties(bob_page, room, property):
    assert bob_page.post(f"rooms/{room.uuid}/close").status_code == 200
    change = bob_page.patch(f"properties/{property.uuid}", {"name": "Mine"})
    assert_problem(change, 403, "insufficient_scope")


def test_a_platform_key_reads_no_account(db):
    assert_problem(make_api(None, "platform").get("properties"), 403, "insufficient_scope")


def test_a_suspended_account_is_told_so(api, alice_page, account):
    suspend_account(account=account)
    assert_problem(api.get("me"), 403, "account_suspended")
    assert_problem(alice_page.get("me"), 403, "account_suspended")


def test_a_page_needs_its_csrf_token_to_change_something(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    refused = browser.post("/api/v1/properties", {"name": "X"}, content_type="application/json")
    assert_problem(refused, 403, "csrf_failed")
    assert browser.get("/api/v1/me").status_code == 200


def test_a_key_is_used_even_when_a_session_is_there(charlies, alice):
    charlies.client.force_login(alice)
    assert charlies.get("me").json()["account"]["name"] == "Charlie Ltd"


def test_every_answer_tells_the_rate_limit(api, stranger):
    for response in (api.get("me"), stranger.get("me"), api.get(f"rooms/{api.key.uuid}")):
        assert int(response["RateLimit-Remaining"]) < int(response["RateLimit-Limit"])
        assert response["RateLimit-Policy"].endswith(";w=60")


def test_a_key_with_its_own_limit_is_slowed_down(account):
    slow = make_api(account, "read", requests_a_minute=2)
    assert [slow.get("me").status_code for _ in range(2)] == [200, 200]
    refused = slow.get("me")
    assert_problem(refused, 429, "rate_limited")
    assert int(refused["Retry-After"]) > 0
    assert refused["RateLimit-Remaining"] == "0"
