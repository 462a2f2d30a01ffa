"""A stolen session changes nothing that matters: the person is asked for first."""

from __future__ import annotations

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key
from accounts.tenants.models import Account
from rooms.privacy.models import AccountExport
from rooms.webhooks.models import Webhook
from rooms.webhooks.services import create_webhook
from tests.accounts.test_second_factor import make_code
from tests.api.conftest import Api
from tests.cast import PASSWORD, show_who

NEW_KEY = {"name": "Order system", "scope": "write", "days": "90"}
ASKS = "/accounts/reauthenticate/"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def stolen(alice):
    """A browser in which Alice signed in long ago."""
    browser = Client()
    browser.force_login(alice)
    return browser


@pytest.fixture
def places(account, bob):
    """Where a session could do harm, and what it would send."""
    member = account.memberships.get(user=bob)
    hook, _ = create_webhook(account=account, url="https://shop.example.com/hook")
    key, _ = create_api_key(account, "Shop")
    return {
        "/developers": NEW_KEY,
        f"/developers/{key.uuid}/rotate": {"hours": "0"},
        f"/team/{member.uuid}/role": {"role": "admin"},
        f"/team/{member.uuid}/remove": {},
        "/team": {"email": "thief@example.com", "role": "owner"},
        "/developers/webhooks": {"url": "https://evil.example.com/"},
        f"/developers/webhooks/{hook.uuid}/rotate": {},
        "/account/exports": {},
        "/account/delete": {"name": account.name},
        "/accounts/email/": {"email": "mallory@example.com", "action_add": ""},
    }


def state(account):
    """What the places above would change."""
    members = sorted(account.memberships.values_list("user__email", "role"))
    keys, exports = ApiKey.objects.count(), AccountExport.objects.count()
    hooks = sorted(Webhook.objects.values_list("url", "secret"))
    return members, keys, exports, hooks, Account.objects.get(pk=account.pk).is_open


def test_a_stolen_session_changes_nothing(stolen, places, account, mailoutbox):
    before = state(account)
    for path, form in places.items():
        answer = stolen.post(path, form)
        assert answer.headers["Location"].startswith(ASKS), path
    assert state(account) == before and not mailoutbox


def test_a_confirmation_of_six_minutes_ago_is_over(stolen, places, account):
    show_who(stolen, age_s=301)
    before = state(account)
    for path, form in places.items():
        assert stolen.post(path, form).headers["Location"].startswith(ASKS), path
    assert state(account) == before


def test_one_of_just_now_lets_each_through(stolen, places, account):
    show_who(stolen, age_s=290)
    for path, form in places.items():
        location = stolen.post(path, form).headers.get("Location", "")
        assert not location.startswith(ASKS), path


def test_what_was_typed_is_taken_up_afterwards(stolen, account):
    detour = stolen.post("/developers", NEW_KEY).headers["Location"]
    assert stolen.get(detour).status_code == 200
    wrong = stolen.post(ASKS, {"password": "a guess", "next": "/developers"})
    assert wrong.status_code == 200 and not ApiKey.objects.exists()
    done = stolen.post(ASKS, {"password": PASSWORD, "next": "/developers"})
    assert "db_" in done.content.decode() and 'action="/developers"' in done.content.decode()
    assert ApiKey.objects.for_account(account).get().name == "Order system"


def test_a_code_confirms_as_well(stolen, alice, account):
    TOTP.activate(alice, SECRET)
    stolen.post("/account/exports", {})
    stolen.post("/accounts/2fa/reauthenticate/", {"code": "000000", "next": "/account/exports"})
    assert not AccountExport.objects.exists()
    code = make_code(SECRET)
    stolen.post("/accounts/2fa/reauthenticate/", {"code": code, "next": "/account/exports"})
    assert AccountExport.objects.get().asked_by == alice


def test_a_recovery_code_confirms_as_well(stolen, alice):
    TOTP.activate(alice, SECRET)
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    stolen.post("/accounts/2fa/reauthenticate/", {"code": code, "next": "/account"})
    assert stolen.post("/developers", NEW_KEY).status_code == 200


def test_who_has_no_password_gets_a_mail_for_one(stolen, alice):
    alice.set_unusable_password()
    alice.save(update_fields=["password"])
    stolen.force_login(alice)
    for path in ("/developers", "/accounts/password/set/"):
        answer = stolen.post(path, NEW_KEY | {"password1": "x" * 12, "password2": "x" * 12})
        assert answer.headers["Location"].startswith("/accounts/password/reset/")
    alice.refresh_from_db()
    assert not alice.has_usable_password() and not ApiKey.objects.exists()


def test_looking_is_free(stolen, places):
    for path in ("/developers", "/developers/webhooks", "/account/exports", "/account/delete"):
        assert stolen.get(path).status_code == 200


@pytest.fixture
def script(stolen):
    api = Api()
    api.client = stolen
    return api


def test_a_script_of_a_page_is_told_by_a_code(script, account, bob):
    member = account.memberships.get(user=bob)
    key, _ = create_api_key(account, "Shop")
    hook, _ = create_webhook(account=account, url="https://shop.example.com/hook")
    asked = [
        script.post("api-keys", {"name": "Mine"}),
        script.post(f"api-keys/{key.uuid}/rotate"),
        script.patch(f"members/{member.uuid}", {"role": "admin"}),
        script.delete(f"members/{member.uuid}"),
        script.post("webhooks", {"url": "https://evil.example.com/"}),
        script.post(f"webhooks/{hook.uuid}/rotate-secret"),
    ]
    assert {answer.status_code for answer in asked} == {403}
    assert {answer.json()["code"] for answer in asked} == {"reauthentication_required"}
    show_who(script.client)
    assert script.post("api-keys", {"name": "Mine"}).status_code == 201


def test_a_program_is_never_asked(account):
    api = Api(create_api_key(account, "Shop", "admin")[1])
    assert api.post("api-keys", {"name": "Mine"}).status_code == 201
