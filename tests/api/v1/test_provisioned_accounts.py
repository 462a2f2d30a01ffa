"""What a platform does with accounts once they are open; the owner's first way in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.sign_in.models import SignInLink
from accounts.tasks import remove_closed_accounts
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from tests.api.conftest import make_api
from tests.api.requests.test_authentication import assert_problem
from tests.api.v1.test_provisioning import make_row

PATH = "provisioning/accounts/customer-1"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def opened(platform):
    return platform.post("provisioning/accounts", make_row(1)).json()


@pytest.fixture
def customer(opened):
    return Account.objects.get(uuid=opened["account"])


def enter(client, url, password=PASSWORD):
    return client.post(url.removeprefix(settings.SITE_URL), {"password": password})


def test_an_account_is_found_by_either_id(platform, opened):
    by_name = platform.get(PATH).json()
    assert by_name == platform.get(f"provisioning/accounts/{opened['account']}").json()
    assert by_name["owners"] == [{"name": "owner1", "email": "owner1@example.org"}]
    assert by_name["link"] == opened["link"]
    assert_problem(platform.get("provisioning/accounts/customer-2"), 404, "not_found")
    assert_problem(platform.get("provisioning/accounts/%00"), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("external_id=customer-1", ["customer-1"]),
        ("name=shop+1", ["customer-1"]),
        ("owner=OWNER1@example.org", ["customer-1"]),
        ("deleted=true", []),
        ("status=suspended", []),
        ("limit=1", [None]),
    ],
)
def test_accounts_are_listed_and_narrowed(platform, customer, charlie, query, found):
    page = platform.get(f"provisioning/accounts?{query}").json()
    assert [row["external_id"] for row in page["items"]] == found
    assert (page["next"] is None) == (query != "limit=1")


def test_listing_takes_the_same_queries_for_twenty(platform, django_assert_num_queries):
    rows = [make_row(n) for n in range(20)]
    platform.post("provisioning/batches", {"rows": rows})
    with django_assert_num_queries(4):  # the key, accounts, owners, links
        assert len(platform.get("provisioning/accounts").json()["items"]) == 20


def test_the_platform_sets_name_and_limits(platform, customer):
    body = platform.patch(PATH, {"name": "New", "limits": {"members": 3, "links": 0}}).json()
    assert (body["name"], body["limits"]["members"], body["limits"]["links"]) == ("New", 3, 0)
    body = platform.patch(PATH, {"limits": {"members": None}}).json()
    assert body["limits"]["members"] == settings.LIMITS["members"]
    customer.refresh_from_db()
    assert customer.limits == {"links": 0}
    assert_problem(platform.patch(PATH, {"limits": {"cats": 1}}), 400, "unknown_field")
    assert_problem(platform.patch(PATH, {"limits": {"links": -1}}), 400, "invalid")


def test_an_outdated_change_is_refused(platform, customer):
    tag = platform.get(PATH)["ETag"]
    platform.patch(PATH, {"name": "First"})
    refused = platform.patch(PATH, {"name": "Second"}, If_Match=tag)
    assert_problem(refused, 412, "precondition_failed")


def test_a_suspended_account_is_closed_until_it_is_resumed(platform, customer, client):
    link = DirectLink.objects.get(account=customer)
    assert platform.post(f"{PATH}/suspend").json()["status"] == "suspended"
    assert client.get(f"/c/{link.token}").status_code == 410
    assert_problem(make_api(customer).get("account"), 403, "account_suspended")
    assert platform.post(f"{PATH}/resume").json()["status"] == "active"
    assert client.get(f"/c/{link.token}").status_code == 200


def test_a_deleted_account_can_be_restored_within_the_grace_period(platform, customer, client):
    link = DirectLink.objects.get(account=customer)
    assert platform.delete(PATH).status_code == 204
    assert platform.get(PATH).json()["deleted_at"] is not None
    assert client.get(f"/c/{link.token}").status_code in (404, 410)
    assert remove_closed_accounts() == 0
    assert platform.post(f"{PATH}/restore").json()["deleted_at"] is None
    assert client.get(f"/c/{link.token}").status_code == 200


def test_after_the_grace_period_nothing_is_left(platform, customer, alice):
    platform.delete(PATH)
    over = timezone.now() - timedelta(days=settings.ACCOUNT_GRACE_DAYS)
    Account.objects.filter(pk=customer.pk).update(deleted_at=over)
    assert remove_closed_accounts() == 1
    assert_problem(platform.post(f"{PATH}/restore"), 404, "not_found")
    assert not DirectLink.objects.filter(account_id=customer.pk).exists()
    assert platform.post("provisioning/accounts", make_row(1)).json()["status"] == "created"
    assert alice.memberships.count() == 1


def test_usage_is_told(platform, customer):
    lines = platform.get(f"{PATH}/usage").json()["items"]
    used = {line["name"]: line["used"] for line in lines}
    assert (used["members"], used["properties"], used["links"]) == (1, 1, 1)


def test_the_owner_enters_once_and_chooses_a_password(client, opened, customer):
    page = client.get(opened["sign_in_url"].removeprefix(settings.SITE_URL))
    assert (page.status_code, "owner1@example.org" in page.content.decode()) == (200, True)
    assert enter(client, opened["sign_in_url"], "12345").status_code == 200
    entered = enter(client, opened["sign_in_url"])
    assert (entered.status_code, entered["Location"]) == (302, "/welcome")
    assert client.get("/welcome").status_code == 200
    client.logout()
    assert enter(client, opened["sign_in_url"]).status_code == 404
    assert client.login(email="owner1@example.org", password=PASSWORD)


def test_a_link_that_is_old_forged_or_of_a_closed_account_lets_nobody_in(
    client, platform, opened, customer
):
    assert enter(client, opened["sign_in_url"][:-1] + "x").status_code == 404
    platform.post(f"{PATH}/suspend")
    assert enter(client, opened["sign_in_url"]).status_code == 404
    platform.post(f"{PATH}/resume")
    SignInLink.objects.update(expires_at=timezone.now())
    assert enter(client, opened["sign_in_url"]).status_code == 404
    assert not User.objects.get(email="owner1@example.org").has_usable_password()


def test_a_new_link_replaces_the_old_one_until_there_is_a_password(client, platform, opened):
    made = platform.post(f"{PATH}/sign-in-link")
    assert made.status_code == 201
    assert enter(client, opened["sign_in_url"]).status_code == 404
    assert enter(client, made.json()["url"]).status_code == 302
    assert_problem(platform.post(f"{PATH}/sign-in-link"), 409, "owner_has_password")


def test_nobody_gets_a_way_in_as_somebody_with_a_password(platform, account):
    path = f"provisioning/accounts/{account.uuid}/sign-in-link"
    assert_problem(platform.post(path), 409, "owner_has_password")
    assert SignInLink.objects.count() == 0


def test_guessing_links_is_slowed_down(client, db, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"enter": "2/3600"}
    statuses = [client.get("/accounts/enter/x.y").status_code for _ in range(3)]
    assert statuses == [404, 404, 429]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("PATCH", PATH),
        ("DELETE", PATH),
        ("GET", f"{PATH}/usage"),
        *(("POST", f"{PATH}/{act}") for act in ("suspend", "resume", "restore", "sign-in-link")),
    ],
)
def test_an_accounts_own_key_may_not(customer, method, path):
    own = make_api(customer)
    assert_problem(own.call(method, path, {}), 403, "insufficient_scope")
