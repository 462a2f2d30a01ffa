"""Whatever changes in the ways in: the address from before is told, and the log of the account."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress

from tests.accounts.test_second_factor import make_code
from tests.cast import PASSWORD

SECOND = "alice@example.org"


@pytest.fixture
def told(account):
    """told(action): what the account's log says of it."""

    def read(action):
        event = account.audit_events.get(action=action)
        assert event.actor_name == "alice@example.com" or action == "member.email_changed"
        return event.data

    return read


@pytest.fixture
def added(alices, mailoutbox):
    """Alice has proven a second address."""
    alices.post("/accounts/email/", {"email": SECOND, "action_add": ""})
    code = re.search(r"^ *([A-Z0-9-]{6,9})$", mailoutbox[-1].body, re.M)[1]
    alices.post("/accounts/confirm-email/", {"code": code})
    assert EmailAddress.objects.get(email=SECOND).verified
    return alices


def test_a_further_address(added, told, mailoutbox):
    assert told("member.email_added")["added"] == SECOND
    [notice] = [mail for mail in mailoutbox if SECOND in mail.body and "@example.com" in mail.to[0]]
    assert notice.to == ["alice@example.com"] and notice.subject == "E-mail address added"


def test_another_address_to_sign_in_with(added, told, mailoutbox):
    added.post("/accounts/email/", {"email": SECOND, "action_primary": ""})
    facts = told("member.email_changed")
    assert (facts["before"], facts["after"]) == ("alice@example.com", SECOND)
    assert mailoutbox[-1].to == ["alice@example.com"] and SECOND in mailoutbox[-1].body
    added.post("/accounts/email/", {"email": "alice@example.com", "action_remove": ""})
    assert EmailAddress.objects.count() == 1 and mailoutbox[-1].to == [SECOND]


def test_another_password(alices, told, mailoutbox):
    new = {"password1": "a rather new password", "password2": "a rather new password"}
    alices.post("/accounts/password/change/", {"oldpassword": "a guess", **new})
    assert not mailoutbox
    alices.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert told("member.password_changed")
    assert mailoutbox[-1].to == ["alice@example.com"]


def test_a_second_factor_and_its_end(transactional_db, alices, account, mailoutbox):
    secret = alices.get("/accounts/2fa/totp/activate/").context["form"].secret
    alices.post("/accounts/2fa/totp/activate/", {"code": make_code(secret)})
    added = account.audit_events.filter(action="member.mfa_added")
    assert {event.data["kind"] for event in added} >= {"totp"}
    sent = len(mailoutbox)
    alices.post("/accounts/2fa/totp/deactivate/")
    gone = account.audit_events.filter(action="member.mfa_removed")
    assert "totp" in {event.data["kind"] for event in gone} and len(mailoutbox) > sent > 0
    assert {tuple(mail.to) for mail in mailoutbox} == {("alice@example.com",)}


def test_it_is_told_in_every_account_of_theirs(alices, alice, charlie):
    other = charlie.memberships.get().account
    other.memberships.create(user=alice, role="agent")
    new = {"password1": "a rather new password", "password2": "a rather new password"}
    alices.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert other.audit_events.filter(action="member.password_changed").count() == 1
