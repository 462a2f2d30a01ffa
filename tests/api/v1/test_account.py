from __future__ import annotations

import pytest
from django.core import mail

from accounts.keys.models import ApiKey
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.team.services.invitations import create_invitation
from accounts.tenants.models import Account
from tests.api.conftest import Api, make_api, sign_in
from tests.api.requests.test_authentication import assert_problem
from tests.cast import make_user


@pytest.fixture
def bobs_place(bob):
    return bob.memberships.get()


def test_the_account_shows_its_limits_and_is_renamed(api, account):
    body = api.get("account").json()
    assert (body["name"], body["limits"]["properties"]) == ("Alice Ltd", 200)
    assert api.patch("account", {"name": "Alice & Co"}).json()["name"] == "Alice & Co"


def test_usage_counts_what_is_there(api):
    lines = {line["name"]: line for line in api.get("account/usage").json()["items"]}
    assert (lines["members"]["used"], lines["members"]["allowed"]) == (1, 50)


def test_members_are_listed_and_promoted_and_removed(api, bobs_place):
    members = api.get("members").json()["items"]
    assert [m["role"] for m in members] == ["owner", "agent"]
    path = f"members/{bobs_place.uuid}"
    assert api.patch(path, {"role": "admin"}).json()["role"] == "admin"
    assert api.delete(path).status_code == 204
    assert_problem(api.get(path), 404, "not_found")


def test_no_key_makes_or_touches_an_owner(api, alice, bobs_place):
    assert_problem(api.patch(f"members/{bobs_place.uuid}", {"role": "owner"}), 403, "forbidden")
    owner = alice.memberships.get()
    assert_problem(api.patch(f"members/{owner.uuid}", {"role": "agent"}), 403, "forbidden")
    assert_problem(api.delete(f"members/{owner.uuid}"), 403, "forbidden")


def test_the_last_owner_stays(alice_page, alice):
    path = f"members/{alice.memberships.get().uuid}"
    assert_problem(alice_page.delete(path), 409, "conflict")


def test_somebody_is_invited_by_mail_and_the_link_shown_once(api):
    made = api.post("invitations", {"email": "cleo@example.com"}).json()
    assert (made["role"], made["sent"], mail.outbox[0].to) == ("agent", True, ["cleo@example.com"])
    # The mailed link proves the mailbox; this one is for handing over.
    assert "/invitations/" in made["url"] and made["url"] not in mail.outbox[0].body
    [listed] = api.get("invitations").json()["items"]
    assert "url" not in listed
    assert api.delete(f"invitations/{listed['id']}").status_code == 204
    assert api.get("invitations").json()["items"] == []


def test_a_key_is_made_shown_once_used_and_revoked(api):
    made = api.post("api-keys", {"name": "Shop", "scope": "read"}).json()
    program = Api(made["key"])
    assert program.get("properties").status_code == 200
    shown = api.get(f"api-keys/{made['id']}").json()
    assert "key" not in shown
    assert shown["last_used_at"] is not None
    assert api.delete(f"api-keys/{made['id']}").status_code == 204
    assert program.get("properties").status_code == 401
    assert made["id"] in [k["id"] for k in api.get("api-keys?revoked=true").json()["items"]]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scope": "platform"},
        {"name": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "requests_a_minute": 0},
    ],
)
def test_a_wrong_key_is_not_made(api, body):
    assert_problem(api.post("api-keys", body), 400, "invalid")
    assert ApiKey.objects.count() == 1


def test_a_write_key_does_not_manage_the_account(account, bobs_place):
    writer = make_api(account, "write")
    for method, path, body in [
        ("GET", "api-keys", None),
        ("POST", "api-keys", {"name": "x"}),
        ("PATCH", "account", {"name": "x"}),
        ("GET", "audit-events", None),
        ("POST", "invitations", {"email": "x@example.com"}),
        ("PATCH", f"members/{bobs_place.uuid}", {"role": "admin"}),
    ]:
        assert_problem(writer.call(method, path, body), 403, "insufficient_scope")


def test_what_a_key_did_is_in_the_log(api, property):
    api.patch(f"properties/{property.uuid}", {"name": "Bar"})
    [event] = api.get("audit-events?action=property.changed").json()["items"]
    assert event["actor"] == f"key:{api.key.uuid}"
    assert (event["object"], event["data"]) == (str(property.uuid), {"fields": ["name"]})
    assert api.get(f"audit-events?object={api.key.uuid}").json()["items"][0]["action"] == (
        "api_key.created"
    )


def test_a_member_adds_their_own_target_and_a_key_anybodys(api, bob_page, bobs_place):
    made = bob_page.post("targets", {"address": "bob@work.example"}).json()
    assert (made["member"], made["verified_at"]) == (str(bobs_place.uuid), None)
    path = f"targets/{made['id']}"
    assert bob_page.patch(path, {"enabled": False}).json()["enabled"] is False
    body = {"member": str(bobs_place.uuid), "address": "bob@home.example"}
    assert api.post("targets", body).status_code == 201
    assert_problem(api.post("targets", {"address": "x@example.com"}), 400, "invalid")
    assert bob_page.delete(path).status_code == 204


def test_a_member_does_not_see_the_targets_of_another(api, bob_page, alice):
    target = Target.objects.get(membership__user=alice)
    assert api.get(f"targets/{target.uuid}").status_code == 200
    assert bob_page.get(f"targets/{target.uuid}").status_code == 404
    assert bob_page.get("targets").json()["items"] == []


def fill(account):
    """Twenty more of everything that the account lists."""
    for number in range(20):
        user = make_user(f"agent{number}")
        member = Membership.objects.create(account=account, user=user)
        Target.objects.create(account=account, membership=member, address={"email": user.email})
        create_invitation(account=account, email=f"new{number}@x.org", role="agent", actor=user)
        make_api(account, "read")


LISTS = ["members", "invitations", "api-keys", "audit-events", "targets"]


def test_every_list_takes_the_same_queries_for_twenty(api, account, django_assert_num_queries):
    fill(account)
    api.get("me")  # notes the first use of the key
    for path in LISTS:
        with django_assert_num_queries(2):  # the key, the rows
            assert len(api.get(f"{path}?limit=20").json()["items"]) == 20, path


def test_other_tenant_lists_only_their_own(charlies, account):
    fill(account)
    for path in LISTS:
        assert len(charlies.get(path).json()["items"]) <= 4, path
        assert "agent1" not in charlies.get(path).content.decode(), path


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("noun", ["members", "invitations", "api-keys", "targets"])
def test_other_tenant_gets_404(charlies, alice, account, api, noun, method):
    offer, _ = create_invitation(account=account, email="x@x.org", role="agent", actor=alice)
    owned = {
        "members": (alice.memberships.get(), {"role": "agent"}),
        "invitations": (offer, {}),
        "api-keys": (api.key, {}),
        "targets": (Target.objects.get(membership__user=alice), {"enabled": False}),
    }
    row, change = owned[noun]
    response = charlies.call(method, f"{noun}/{row.uuid}", change if method == "PATCH" else None)
    assert response.status_code in ((404, 405) if method == "PATCH" else (404,))
    row.refresh_from_db()


def test_the_current_account_of_a_member_of_two_is_used(alice, charlie):
    other = charlie.memberships.get().account
    Membership.objects.create(account=other, user=alice, role="agent")
    page = sign_in(alice)
    session = page.client.session
    session["account"] = str(other.uuid)
    session.save()
    assert page.get("me").json()["account"]["id"] == str(other.uuid)
    assert Account.objects.count() == 2
