from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress

from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from rooms.properties.models import Property

NEW = {"email": "New@Example.com", "password1": "a long enough one", "account_name": "Tea House"}


def sign_up(client, **changes):
    return client.post("/accounts/signup/", NEW | changes)


def follow_mail(client, mail):
    """Open the link of the confirmation mail and press its button."""
    path = re.search(r"https?://[^/]+(/\S+)", mail.body)[1]
    return client.post(path)


def test_sign_up_makes_everything_and_shows_the_link(client, db):
    response = sign_up(client)
    assert response.headers["Location"] == "/welcome"
    user = User.objects.get(email="new@example.com")
    membership = user.memberships.get()
    assert (membership.role, membership.account.name) == ("owner", "Tea House")
    link = DirectLink.objects.get(property__account=membership.account)
    assert link.token in client.get("/welcome").content.decode()


def test_sign_up_needs_no_account_name(client, db):
    sign_up(client, account_name="")
    assert Account.objects.get().name == "new"


def test_a_failure_in_the_middle_leaves_nothing(client, db, settings):
    settings.LIMITS = settings.LIMITS | {"properties": 0}
    assert sign_up(client).status_code == 403
    counts = [model.objects.count() for model in (User, Account, Membership, Property, Target)]
    assert counts == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"email": "x"}, "valid email"), ({"password1": "123"}, "too short")],
    ids=["address", "password"],
)
def test_bad_input_is_named_and_kept(client, db, changes, said):
    page = sign_up(client, **changes).content.decode()
    assert said in page
    assert 'value="Tea House"' in page
    assert not User.objects.exists()


def test_the_address_is_called_only_once_it_is_confirmed(client, db, mailoutbox):
    sign_up(client)
    target = Target.objects.get(address__email="new@example.com")
    assert target.verified_at is None
    assert "new@example.com" in client.get("/account").content.decode()
    follow_mail(client, mailoutbox[0])
    target.refresh_from_db()
    assert target.verified_at is not None
    assert EmailAddress.objects.get().verified


def test_the_banner_goes_away_with_the_confirmation(client, db, mailoutbox):
    sign_up(client)
    assert 'class="banner"' in client.get("/account").content.decode()
    follow_mail(client, mailoutbox[0])
    assert 'class="banner"' not in client.get("/account").content.decode()


def test_opening_the_mail_link_alone_confirms_nothing(client, db, mailoutbox):
    sign_up(client)
    path = re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body)[1]
    assert client.get(path).status_code == 200
    assert not EmailAddress.objects.get().verified


def test_a_taken_address_makes_no_second_user(client, alice):
    sign_up(client, email=alice.email)
    assert User.objects.count() == 1
