"""Keys end with the member who made them, and shrink with the role."""

from __future__ import annotations

import uuid

import pytest

from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, find_api_key
from accounts.team.models import Membership
from tests.accounts.conftest import sign_in
from tests.api.conftest import Api


@pytest.fixture
def member(account, bob):
    Membership.objects.filter(user=bob).update(role="admin")
    return account.memberships.get(user=bob)


@pytest.fixture
def made(account, bob, member):
    """Two keys that Bob made: (key, text)."""
    return [create_api_key(account, name, "write", created_by=bob) for name in ("Shop", "Till")]


def opens(made):
    return [find_api_key(text) is not None for _, text in made]


def test_keys_end_with_their_member(alices, account, alice, member, made):
    hers = create_api_key(account, "Hers", created_by=alice)
    page = alices.get(f"/team/{member.uuid}/remove").content.decode()
    assert "Shop" in page and "Till" in page and "Hers" not in page
    assert opens(made) == [True, True]
    alices.post(f"/team/{member.uuid}/remove")
    assert opens(made) == [False, False] and opens([hers]) == [True]
    assert account.audit_events.filter(action="api_key.revoked").count() == 2


def test_a_key_kept_by_name_goes_to_who_removes(alices, account, alice, member, made):
    alices.post(f"/team/{member.uuid}/remove", {"keep": str(made[1][0].uuid)})
    assert opens(made) == [False, True]
    assert ApiKey.objects.get(pk=made[1][0].pk).created_by == alice
    assert account.audit_events.get(action="api_key.kept").object_id == made[1][0].uuid


def test_a_key_of_somebody_else_cannot_be_named(alices, account, member, made):
    for wrong in (uuid.uuid4(), create_api_key(account, "Other")[0].uuid, "x"):
        answer = alices.post(f"/team/{member.uuid}/remove", {"keep": str(wrong)})
        assert answer.status_code == 200 and Membership.objects.filter(pk=member.pk).exists()
    assert opens(made) == [True, True]


def test_who_leaves_keeps_none(bobs, member, made):
    bobs.post(f"/team/{member.uuid}/remove", {"keep": str(made[0][0].uuid)})
    assert Membership.objects.filter(pk=member.pk).exists()
    bobs.post(f"/team/{member.uuid}/remove")
    assert opens(made) == [False, False]


def test_over_rest_the_body_names_what_stays(account, alice, member, made):
    api = Api(create_api_key(account, "Shop", "admin", created_by=alice)[1])
    strange = {"keep_keys": [str(uuid.uuid4())]}
    refused = api.call("DELETE", f"members/{member.uuid}", strange)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "keep_keys")
    kept = {"keep_keys": [str(made[0][0].uuid)]}
    assert api.call("DELETE", f"members/{member.uuid}", kept).status_code == 204
    assert opens(made) == [True, False]


def test_what_a_key_made_ends_with_the_member_as_well(alices, account, bob, member):
    first = create_api_key(account, "First", "admin", created_by=bob)[1]
    second = Api(first).post("api-keys", {"name": "Second", "scope": "admin"}).json()["key"]
    assert find_api_key(second)
    alices.post(f"/team/{member.uuid}/remove")
    assert find_api_key(second) is None


def test_keys_lose_what_the_role_lost(alices, account, member, made):
    alices.post(f"/team/{member.uuid}/role", {"role": "agent"})
    assert {find_api_key(text).scope for _, text in made} == {"read"}
    assert Api(made[0][1]).post("properties", {"name": "X"}).status_code == 403
    assert account.audit_events.filter(action="api_key.reduced").count() == 2
    alices.post(f"/team/{member.uuid}/role", {"role": "admin"})
    assert {find_api_key(text).scope for _, text in made} == {"read"}


def test_an_owner_who_becomes_admin_keeps_their_keys(alices, account, bob, member, made):
    Membership.objects.filter(pk=member.pk).update(role="owner")
    alices.post(f"/team/{member.uuid}/role", {"role": "admin"})
    assert {find_api_key(text).scope for _, text in made} == {"write"}


def test_only_managers_see_the_page(charlies, account, alice, bob, made, member):
    Membership.objects.filter(pk=member.pk).update(role="agent")
    hers = account.memberships.get(user=alice)
    assert sign_in(bob).get(f"/team/{hers.uuid}/remove").status_code == 404
    assert charlies.get(f"/team/{member.uuid}/remove").status_code == 404
