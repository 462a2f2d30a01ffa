from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.targets.models import Target
from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from tests.accounts.conftest import sign_in
from tests.accounts.test_sign_up import confirm

FRIEND = "friend@example.com"


def invite(browser, email=FRIEND, role="agent"):
    return browser.post("/team", {"email": email, "role": role})


@pytest.fixture
def invitation_path(alices, mailoutbox):
    """Where the mail that Alice sent to her friend leads."""
    invite(alices)
    return re.search(r"https?://[^/]+(/invitations/\S+)", mailoutbox[-1].body)[1]


def sign_up(client, email=FRIEND):
    return client.post("/accounts/signup/", {"email": email, "password1": "a long enough one"})


def test_who_signs_up_by_an_invitation_joins_that_account(client, account, invitation_path):
    client.get(invitation_path)
    assert sign_up(client).headers["Location"] == "/inbox"
    membership = User.objects.get(email=FRIEND).memberships.get()
    assert (membership.account, membership.role) == (account, "agent")
    assert Target.objects.get(membership=membership).verified_at is not None
    assert EmailAddress.objects.get(email=FRIEND).verified


def test_another_address_gets_an_account_of_its_own(client, account, invitation_path, mailoutbox):
    client.get(invitation_path)
    sign_up(client, "somebody@example.com")
    confirm(client, mailoutbox[-1])
    membership = User.objects.get(email="somebody@example.com").memberships.get()
    assert membership.account != account


def test_a_known_user_joins_with_one_click(alices, charlie, account, mailoutbox):
    invite(alices, charlie.email, "admin")
    path = re.search(r"https?://[^/]+(/invitations/\S+)", mailoutbox[-1].body)[1]
    charlies = sign_in(charlie)
    charlies.get(path)
    assert Membership.objects.filter(account=account).count() == 1
    charlies.post(path)
    assert account.memberships.get(user=charlie).role == "admin"
    assert "Alice Ltd" in charlies.get("/team").content.decode()


def test_another_user_cannot_take_it(charlies, account, invitation_path):
    charlies.post(invitation_path)
    assert account.memberships.count() == 1


def test_it_works_once(client, invitation_path):
    client.get(invitation_path)
    sign_up(client)
    assert client.get(invitation_path).status_code == 404


@pytest.mark.parametrize("ending", ["cancelled", "expired", "account suspended"])
def test_it_ends_when_it_is(ending, client, alices, account, invitation_path):
    invitation = Invitation.objects.get()
    if ending == "cancelled":
        alices.post(f"/team/invitations/{invitation.uuid}/cancel")
    elif ending == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    else:
        Account.objects.filter(pk=account.pk).update(status="suspended")
    assert client.get(invitation_path).status_code == 404


def test_a_second_offer_replaces_the_first(client, alices, invitation_path):
    invite(alices)
    assert Invitation.objects.count() == 1
    assert client.get(invitation_path).status_code == 404


def test_the_token_is_stored_as_a_digest(invitation_path):
    token = invitation_path.rpartition("/")[2]
    assert token not in str(Invitation.objects.values_list().get())


def test_open_offers_count_against_the_limit_of_members(alices, account):
    Account.objects.filter(pk=account.pk).update(limits={"members": 2})
    invite(alices)
    page = invite(alices, "more@example.com").content.decode()
    assert "members" in page and 'value="more@example.com"' in page
    assert Invitation.objects.count() == 1


def test_a_member_is_not_invited_again(alices, bob):
    assert "member already" in invite(alices, bob.email).content.decode()


def test_agents_invite_nobody(bobs):
    assert invite(bobs).status_code == 404
    assert not Invitation.objects.exists()


def test_admins_make_no_owners(account, bob, bobs):
    account.memberships.filter(user=bob).update(role="admin")
    invite(bobs, role="owner")
    assert not Invitation.objects.exists()


def test_a_mail_server_that_is_away_leaves_the_link(alices, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    invite(alices)
    page = alices.get("/team").content.decode()
    assert "could not be sent" in page and "/invitations/" in page
