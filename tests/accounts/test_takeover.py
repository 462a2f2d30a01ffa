"""Mallory signs up with Vera's address first; Vera proves it and Mallory is out of everything."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, find_api_key
from accounts.targets.models import Target
from accounts.team.models import Invitation
from accounts.team.services.invitations import create_invitation
from accounts.users.models import User
from rooms.provisioning.opening import open_account
from tests.accounts.test_invitations import invite
from tests.accounts.test_sign_up import CODE_PAGE, confirm, sign_up

VERA = "vera@example.com"
HERS = "a word only Vera has"
MALLORYS = "a word only Mallory has"
SECOND = "mallory@example.com"


def sign_in(browser, password, email=VERA):
    return browser.post("/accounts/login/", {"login": email, "password": password})


def follow_reset(browser, mail, password):
    path = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.body)[1]
    form = browser.get(path, follow=True)
    return browser.post(form.request["PATH_INFO"], {"password1": password, "password2": password})


def reset(browser, mailbox, password=HERS, email=VERA):
    browser.post("/accounts/password/reset/", {"email": email})
    return follow_reset(browser, mailbox[-1], password)


@pytest.fixture
def mallory(db):
    """Mallory's browser, in an account with Vera's address from when no proof was asked."""
    user = User.objects.create_user(VERA, MALLORYS)
    EmailAddress.objects.create(user=user, email=VERA, primary=True, verified=True)
    open_account(user=user, name="Mallory's")
    browser = Client()
    sign_in(browser, MALLORYS)
    EmailAddress.objects.filter(user=user).update(verified=False)
    return browser


@pytest.fixture
def key(mallory):
    """All that Mallory left behind; the text of the API key."""
    user = User.objects.get(email=VERA)
    membership = user.memberships.get()
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Mine"})
    Target.objects.create(
        account=membership.account, membership=membership, address={"email": SECOND}
    )
    create_invitation(account=membership.account, email=SECOND, role="owner", actor=user)
    return create_api_key(membership.account, "Mine", "admin", created_by=user)[1]


def test_a_reset_by_its_reader_ends_all_that(mallory, key, mailoutbox):
    veras = Client()
    assert mallory.get("/inbox").status_code == 200 and find_api_key(key)
    reset(veras, mailoutbox)
    assert mallory.get("/inbox").status_code == 302
    assert find_api_key(key) is None
    assert not Authenticator.objects.exists() and not Invitation.objects.exists()
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(VERA, True)]
    assert not Target.objects.exclude(address__email=VERA).exists()
    assert sign_in(veras, HERS).headers["Location"] == "/inbox"


@pytest.mark.parametrize("email", [VERA, SECOND])
def test_mallory_comes_in_no_more(mallory, key, mailoutbox, email):
    reset(Client(), mailoutbox)
    again = Client()
    sign_in(again, MALLORYS, email)
    assert again.get("/inbox").status_code == 302
    again.post("/accounts/password/reset/", {"email": SECOND})
    assert "/reset/key/" not in mailoutbox[-1].body


def test_signing_up_again_leads_there_too(mallory, key, mailoutbox):
    veras = Client()
    assert sign_up(veras, email=VERA).headers["Location"] == CODE_PAGE
    way = re.search(r"https?://[^/]+(/accounts/password/reset/\S*)", mailoutbox[-1].body)[1]
    veras.post(way, {"email": VERA})
    follow_reset(veras, mailoutbox[-1], HERS)
    assert mallory.get("/inbox").status_code == 302 and find_api_key(key) is None


def test_a_confirmation_ends_all_but_itself(mallory, key, mailoutbox):
    Authenticator.objects.all().delete()
    EmailAddress.objects.filter(email=SECOND).delete()
    veras = Client()
    assert sign_in(veras, MALLORYS).headers["Location"] == CODE_PAGE
    confirm(veras, mailoutbox[-1])
    assert veras.get("/inbox").status_code == 200
    assert mallory.get("/inbox").status_code == 302
    assert not ApiKey.objects.live().exists()


def test_an_unfinished_sign_up_of_a_stranger_is_nothing(alices, account, mailoutbox):
    mallory = Client()
    sign_up(mallory, email=VERA, password1=MALLORYS)
    invite(alices, VERA)
    path = re.search(r"https?://[^/]+(/invitations/\S+)", mailoutbox[-1].body)[1]
    veras = Client()
    veras.get(path)
    assert sign_up(veras, email=VERA, password1=HERS).headers["Location"] == "/inbox"
    assert account.memberships.get(user__email=VERA).user.check_password(HERS)
    assert sign_in(mallory, MALLORYS).status_code in (200, 302)
    assert mallory.get("/inbox").status_code == 302


def test_the_mail_must_have_gone_to_the_address(mallory, key, mailoutbox):
    """Mallory resets by the second address: nothing is proven of Vera's."""
    reset(mallory, mailoutbox, MALLORYS, SECOND)
    assert not EmailAddress.objects.get(email=VERA).verified
    assert EmailAddress.objects.get(email=SECOND).verified


def test_who_proved_the_address_before_keeps_all_but_the_sessions(alice, alices, mailoutbox):
    account = alice.memberships.get().account
    key = create_api_key(account, "Shop", created_by=alice)[1]
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    reset(Client(), mailoutbox, HERS, alice.email)
    assert find_api_key(key) and Authenticator.objects.filter(user=alice).exists()
    assert alices.get("/inbox").status_code == 302


def test_the_log_of_the_account_tells_it(mallory, mailoutbox):
    reset(Client(), mailoutbox)
    membership = User.objects.get(email=VERA).memberships.get()
    events = membership.account.audit_events.filter(action="member.address_proven")
    assert events.get().data == {"email": VERA}
