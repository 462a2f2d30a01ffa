from __future__ import annotations

import pytest

from accounts.audit.models import AuditEvent
from accounts.team.models import Membership
from tests.accounts.conftest import sign_in
from tests.cast import make_user


def role_url(membership):
    return f"/team/{membership.uuid}/role"


def remove_url(membership):
    return f"/team/{membership.uuid}/remove"


@pytest.fixture
def bobs_place(account, bob):
    return account.memberships.get(user=bob)


@pytest.fixture
def alices_place(account, alice):
    return account.memberships.get(user=alice)


def test_it_shows_the_members(alices, bob):
    page = alices.get("/team").content.decode()
    assert "alice@example.com" in page and "bob@example.com" in page


def test_an_owner_changes_roles_and_it_is_logged(alices, bobs_place, account):
    alices.post(role_url(bobs_place), {"role": "admin"})
    bobs_place.refresh_from_db()
    assert bobs_place.role == "admin"
    event = AuditEvent.objects.for_account(account).get(action="member.role_changed")
    assert event.data["after"] == "admin" and event.object_id == bobs_place.uuid


def test_an_owner_removes_a_member(alices, bobs, bobs_place):
    alices.post(remove_url(bobs_place))
    assert not Membership.objects.filter(pk=bobs_place.pk).exists()
    assert bobs.get("/team").headers["Location"] == "/account/new"


def test_an_agent_may_leave(bobs, bobs_place):
    bobs.post(remove_url(bobs_place))
    assert not Membership.objects.filter(pk=bobs_place.pk).exists()


def test_the_last_owner_stays_owner(alices, alices_place):
    alices.post(role_url(alices_place), {"role": "agent"})
    alices.post(remove_url(alices_place))
    alices_place.refresh_from_db()
    assert alices_place.role == "owner"
    assert "needs an owner" in alices.get("/team").content.decode()


def test_with_a_second_owner_the_first_may_leave(alices, alices_place, bobs_place):
    alices.post(role_url(bobs_place), {"role": "owner"})
    alices.post(remove_url(alices_place))
    assert not Membership.objects.filter(pk=alices_place.pk).exists()


def test_agents_change_nobody(bobs, alices_place, bobs_place):
    assert bobs.post(role_url(bobs_place), {"role": "owner"}).status_code == 404
    assert bobs.post(remove_url(alices_place)).status_code == 404
    assert Membership.objects.filter(role="owner").count() == 1


def test_admins_leave_owners_alone(bobs, alices_place, bobs_place):
    Membership.objects.filter(pk=bobs_place.pk).update(role="admin")
    bobs.post(role_url(alices_place), {"role": "agent"})
    bobs.post(remove_url(alices_place))
    bobs.post(role_url(bobs_place), {"role": "owner"})
    alices_place.refresh_from_db()
    bobs_place.refresh_from_db()
    assert (alices_place.role, bobs_place.role) == ("owner", "admin")


def test_another_tenant_gets_404(charlies, bobs_place, alices):
    assert charlies.post(role_url(bobs_place), {"role": "admin"}).status_code == 404
    assert charlies.post(remove_url(bobs_place)).status_code == 404
    assert "bob@example.com" not in charlies.get("/team").content.decode()


def test_query_count_does_not_grow(account, alice, django_assert_num_queries):
    for number in range(20):
        Membership.objects.create(account=account, user=make_user(f"m{number}"), role="agent")
    browser = sign_in(alice)
    browser.get("/team")
    # user (the session is cached), memberships, members, invitations
    with django_assert_num_queries(4):
        browser.get("/team")
