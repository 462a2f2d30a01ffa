"""An account demands a second factor: a week's time, then nothing but the way to one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from accounts.team.models import Membership
from accounts.tenants.models import Account
from tests.accounts.test_confirmation import script, stolen  # noqa: F401
from tests.accounts.test_second_factor import make_code
from tests.api.conftest import make_api

DEMAND, PAGE = "/account/second-factor/demand", "/account/second-factor"


def pass_days(account, days):
    """It was demanded, and everybody has been there, so long ago."""
    moment = timezone.now() - timedelta(days=days)
    Account.objects.filter(pk=account.pk).update(mfa_required_since=moment)
    Membership.objects.filter(account=account).update(created_at=moment)


def test_an_owner_demands_it_and_the_log_tells(alices, account):
    alices.post(DEMAND, {"required": "1"})
    since = Account.objects.get(pk=account.pk).mfa_required_since
    alices.post(DEMAND, {"required": "1"})
    assert Account.objects.get(pk=account.pk).mfa_required_since == since is not None
    alices.post(DEMAND, {"required": "0"})
    assert not Account.objects.get(pk=account.pk).mfa_required
    actions = account.audit_events.filter(action__startswith="account.mfa_")
    assert sorted(event.action for event in actions) == [
        "account.mfa_optional",
        "account.mfa_required",
    ]


def test_for_a_week_it_is_only_said(bobs, account):
    assert PAGE not in bobs.get("/team").content.decode()
    pass_days(account, 6)
    page = bobs.get("/team")
    assert page.status_code == 200 and PAGE in page.content.decode()
    assert bobs.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("path", ["/inbox", "/team", "/account", "/properties", "/notifications"])
def test_then_there_is_only_the_way_to_it(bobs, account, path):
    pass_days(account, 8)
    assert bobs.get(path).headers["Location"] == PAGE
    page = bobs.get(PAGE).content.decode()
    assert "/accounts/2fa/totp/activate/" in page and "/accounts/2fa/webauthn/add/" in page


def test_scripts_of_pages_are_kept_out_and_programs_are_not(bobs, account):
    pass_days(account, 8)
    for refused in (bobs.get("/api/v1/rooms"), bobs.post("/api/v1/tickets")):
        assert (refused.status_code, refused.json()["code"]) == (403, "mfa_required")
    assert make_api(account).get("rooms").status_code == 200


def test_setting_one_up_opens_everything_and_shows_recovery_codes(bobs, bob, account):
    pass_days(account, 8)
    secret = bobs.get("/accounts/2fa/totp/activate/").context["form"].secret
    done = bobs.post("/accounts/2fa/totp/activate/", {"code": make_code(secret)}, follow=True)
    assert done.request["PATH_INFO"] == "/accounts/2fa/recovery-codes/"
    assert len(done.context["unused_codes"]) == 10
    assert bobs.get("/team").status_code == 200
    assert bobs.get(PAGE).headers["Location"] == "/account"


def test_who_joins_later_has_a_week_as_well(bobs, bob, account):
    pass_days(account, 30)
    Membership.objects.filter(user=bob).update(created_at=timezone.now())
    assert bobs.get("/team").status_code == 200


def test_another_account_of_theirs_is_open(bobs, bob, account, charlie):
    other = charlie.memberships.get().account
    Membership.objects.create(account=other, user=bob, role="agent")
    pass_days(account, 8)
    assert other.name in bobs.get(PAGE).content.decode()
    bobs.post(f"/account/switch/{other.uuid}")
    assert bobs.get("/team").status_code == 200


def test_only_owners_decide(bobs, charlies, bob, account):
    for role in ("agent", "admin"):
        Membership.objects.filter(user=bob).update(role=role)
        assert bobs.post(DEMAND, {"required": "1"}).status_code == 404
        body = {"mfa_required": True}
        options = {"content_type": "application/json"}
        assert bobs.patch("/api/v1/account", body, **options).status_code == 403
    charlies.post(DEMAND, {"required": "1"})
    assert not Account.objects.get(pk=account.pk).mfa_required


def test_over_rest(alices, account, script):  # noqa: F811
    api = make_api(account)
    assert api.patch("account", {"mfa_required": True}).json()["mfa_required"] is True
    assert api.get("account").json()["mfa_required"] is True
    refused = script.patch("account", {"mfa_required": False})
    assert refused.json()["code"] == "reauthentication_required"
    body, options = {"mfa_required": False}, {"content_type": "application/json"}
    assert alices.patch("/api/v1/account", body, **options).json()["mfa_required"] is False


def test_a_stolen_session_does_not_stop_it(stolen, alice, account):  # noqa: F811
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    pass_days(account, 8)
    assert stolen.post(DEMAND, {"required": "0"}).status_code == 302
    assert Account.objects.get(pk=account.pk).mfa_required
