from __future__ import annotations

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from accounts.keys.services import find_api_key
from accounts.targets.models import Target
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.services.links import revoke_link
from rooms.provisioning.opening import open_account, open_demo
from tests.cast import PASSWORD


def test_a_new_owner_gets_account_property_link_and_target(db):
    user = User.objects.create_user("ann@example.com", PASSWORD, name="Ann")
    opened = open_account(user=user)
    assert opened.account.name == opened.property.name == "Ann"
    assert opened.membership.role == "owner"
    assert opened.link.property == opened.property
    target = Target.objects.get(membership=opened.membership)
    assert (target.address, target.verified_at) == ({"email": "ann@example.com"}, None)


def test_nothing_is_left_of_an_account_that_could_not_be_opened(db):
    user = User.objects.create_user("ann@example.com", PASSWORD)
    with pytest.raises(Exception, match="Control characters"):
        open_account(user=user, property_name="be\x07ll")
    assert not Account.objects.exists()


def test_welcome_shows_the_link_its_code_and_a_way_to_try(client, alice, link):
    client.force_login(alice)
    page = client.get("/welcome")
    assertContains(page, f"/c/{link.token}")
    assertContains(page, "<svg")
    assertContains(page, "private window")
    assertContains(page, "data-copy=")


def test_welcome_without_a_link_leads_to_the_properties(client, alice, link):
    client.force_login(alice)
    revoke_link(link=link)
    assertRedirects(client.get("/welcome"), "/properties")


def test_the_demo_can_sign_in_and_use_its_key(client, db):
    demo = open_demo()
    assert client.login(email=demo.email, password=demo.password)
    assertContains(client.get("/welcome"), demo.opened.link.token)
    assert find_api_key(demo.api_key).account == demo.opened.account
    target = Target.objects.get(account=demo.opened.account)
    assert target.verified_at is not None


def test_there_is_no_demo_beside_people(alice):
    assert open_demo() is None
