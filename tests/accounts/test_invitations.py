from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
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


# --- Two links: the mailed one proves the mailbox, the one to hand over does not


@pytest.fixture
def hand_path(alices, invitation_path):
    """The link that Alice sees on the team page."""
    link = alices.get("/team").context["offer"]["link"]
    return link.removeprefix(settings.SITE_URL)


def test_the_page_shows_another_link_than_the_mail(invitation_path, hand_path):
    assert hand_path.startswith("/invitations/") and hand_path != invitation_path


def test_who_has_the_shown_link_proves_the_address_first(client, account, hand_path, mailoutbox):
    client.get(hand_path)
    assert sign_up(client).headers["Location"] == "/accounts/confirm-email/"
    assert account.memberships.count() == 1 and not EmailAddress.objects.get(email=FRIEND).verified
    answer = confirm(client, mailoutbox[-1])
    assert answer.headers["Location"] == hand_path
    assert client.post(hand_path).headers["Location"] == "/inbox"
    assert account.memberships.get(user__email=FRIEND).role == "agent"
    assert not Account.objects.filter(memberships__user__email=FRIEND).exclude(pk=account.pk)


def test_the_sender_cannot_use_it_for_an_address_of_others(account, hand_path):
    """Whoever sent the invitation signs up with the invited address, without its mailbox."""
    sender = Client()
    sender.get(hand_path)
    sign_up(sender)
    sender.post(hand_path)
    assert account.memberships.count() == 1
    assert not EmailAddress.objects.get(email=FRIEND).verified


def test_an_unproven_user_does_not_join_by_it(client, charlie, alices, account):
    invite(alices, charlie.email)
    link = alices.get("/team").context["offer"]["link"]
    EmailAddress.objects.filter(user=charlie).update(verified=False)
    assert sign_in(charlie).post(link).status_code == 403
    assert account.memberships.count() == 1


@pytest.mark.parametrize("ending", ["cancelled", "replaced", "forged"])
def test_the_shown_link_ends_with_the_offer(ending, client, alices, hand_path):
    if ending == "cancelled":
        alices.post(f"/team/invitations/{Invitation.objects.get().uuid}/cancel")
    elif ending == "replaced":
        invite(alices)
    else:
        hand_path = hand_path[:-2]
    assert client.get(hand_path).status_code == 404


# --- The mail says nothing that its sender typed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Tea House", "Join Tea House on Doorbell"),
        ("Win at https://evil.example now", "Join Win at now on Doorbell"),
        ("evil.example/x 你好", "Join 你好 on Doorbell"),
        ("mail me@evil.example evil。example", "Join mail on Doorbell"),
        ("www.evil.example", "Join a team on Doorbell"),
        ("x" * 80, f"Join {'x' * 39}… on Doorbell"),
    ],
)
def test_the_mail_names_the_account_shortly_and_links_nowhere_else(
    alices, account, mailoutbox, name, said
):
    Account.objects.filter(pk=account.pk).update(name=name)
    invite(alices)
    mail = mailoutbox[-1]
    everything = mail.subject + mail.body + mail.alternatives[0][0]
    assert mail.subject == said
    assert "evil" not in everything and "x" * 41 not in everything
    assert len(set(re.findall(r"https?://[^\s\"]+", everything))) == 1


def test_the_mail_does_not_carry_the_senders_name(alices, alice, mailoutbox):
    User.objects.filter(pk=alice.pk).update(name="Buy at evil.example")
    invite(alices)
    assert "evil" not in mailoutbox[-1].body + mailoutbox[-1].alternatives[0][0]


def test_an_account_invites_only_so_often_a_day(alices, account, mailoutbox):
    Account.objects.filter(pk=account.pk).update(limits={"invitations_a_day": 2})
    for number in range(2):
        assert invite(alices, f"a{number}@example.com").status_code == 302
    page = invite(alices, "more@example.com").content.decode()
    assert "2 invitations are used up" in page and 'value="more@example.com"' in page
    assert len(mailoutbox) == Invitation.objects.count() == 2
    assert "2 / 2" in alices.get("/account").content.decode()
