from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.keys.models import ApiKey
from accounts.targets.models import Target
from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from rooms.properties.models import Property

NEW = {"email": "New@Example.com", "password1": "a long enough one", "account_name": "Tea House"}
CODE_PAGE = "/accounts/confirm-email/"


def sign_up(client, **changes):
    return client.post("/accounts/signup/", NEW | changes)


def read_code(mail):
    return re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", mail.body, re.M)[0]


def confirm(client, mail):
    """Type the code of the mail."""
    return client.post(CODE_PAGE, {"code": read_code(mail)})


def test_sign_up_makes_everything_once_the_code_is_given(client, db, mailoutbox):
    assert sign_up(client).headers["Location"] == CODE_PAGE
    assert confirm(client, mailoutbox[0]).headers["Location"] == "/welcome"
    user = User.objects.get(email="new@example.com")
    membership = user.memberships.get()
    assert (membership.role, membership.account.name) == ("owner", "Tea House")
    link = DirectLink.objects.get(property__account=membership.account)
    assert link.token in client.get("/welcome").content.decode()


def test_before_the_code_nothing_is_there_that_could_work(client, db, mailoutbox):
    sign_up(client)
    made = (Account, Membership, Property, DirectLink, Target, ApiKey, Invitation)
    assert [model.objects.count() for model in made] == [0] * len(made)
    for path in ("/welcome", "/team", "/developers", "/account", "/account/new", "/inbox"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")
    assert client.post("/api/v1/properties", {"name": "x"}).status_code in (401, 403)
    assert [mail.to for mail in mailoutbox] == [["new@example.com"]]


def test_signing_in_before_the_code_asks_for_it_again(client, db, mailoutbox):
    sign_up(client)
    other = Client()
    signing_in = {"login": "new@example.com", "password": NEW["password1"]}
    assert other.post("/accounts/login/", signing_in).headers["Location"] == CODE_PAGE
    assert confirm(other, mailoutbox[1]).headers["Location"] == "/inbox"
    # This browser never heard what the account is to be called, so it asks.
    assert other.get("/inbox", follow=True).request["PATH_INFO"] == "/account/new"


def test_five_wrong_codes_end_it(client, db, mailoutbox):
    sign_up(client)
    for _ in range(5):
        answer = client.post(CODE_PAGE, {"code": "AAAA-AAAA"})
    assert answer.headers["Location"] == "/accounts/login/"
    confirm(client, mailoutbox[0])
    assert not EmailAddress.objects.get().verified


def test_the_mail_is_sent_again_on_request(client, db, mailoutbox):
    sign_up(client)
    client.post(CODE_PAGE, {"action": "resend"})
    assert read_code(mailoutbox[0]) != read_code(mailoutbox[1])
    assert confirm(client, mailoutbox[1]).headers["Location"] == "/welcome"


def test_sign_up_needs_no_account_name(client, db, mailoutbox):
    sign_up(client, account_name="")
    confirm(client, mailoutbox[0])
    assert Account.objects.get().name == "new"


def test_a_failure_in_the_middle_leaves_nothing(client, db, settings, mailoutbox):
    settings.LIMITS = settings.LIMITS | {"properties": 0}
    sign_up(client)
    assert confirm(client, mailoutbox[0]).status_code == 403
    counts = [model.objects.count() for model in (Account, Membership, Property, Target)]
    assert counts == [0, 0, 0, 0]
    assert not EmailAddress.objects.get().verified


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


def test_the_address_is_called_once_it_is_confirmed(client, db, mailoutbox):
    sign_up(client)
    confirm(client, mailoutbox[0])
    target = Target.objects.get(address__email="new@example.com")
    assert target.verified_at is not None
    assert "new@example.com" in client.get("/account").content.decode()
    assert EmailAddress.objects.get().verified


def test_a_taken_address_makes_no_second_user(client, alice):
    sign_up(client, email=alice.email)
    assert User.objects.count() == 1


def test_signing_up_again_starts_again(client, db, mailoutbox):
    sign_up(Client(), password1="the one of a stranger")
    sign_up(client)
    assert User.objects.get().check_password(NEW["password1"])
    assert confirm(client, mailoutbox[1]).headers["Location"] == "/welcome"
