"""Opening accounts for customers: one call, every row answered, twice is once."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.keys.services import find_api_key
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.team.services.accounts import delete_account
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from rooms.properties.models import Property
from tests.api.conftest import Api
from tests.api.requests.test_authentication import assert_problem
from tests.cast import make_user

TABLES = (Account, User, Membership, Target, Property, DirectLink)


def make_row(number, **values):
    return {
        "external_id": f"customer-{number}",
        "name": f"Shop {number}",
        "email": f"owner{number}@example.org",
        **values,
    }


def count_rows():
    return [table.objects.count() for table in TABLES]


def send(platform, rows, query=""):
    response = platform.post(f"provisioning/batches{query}", {"rows": rows})
    assert response.status_code == 200, response.content
    return response.json()


def send_text(platform, text, media_type, query=""):
    return platform.client.post(
        f"/api/v1/provisioning/batches{query}",
        text,
        content_type=media_type,
        headers={"Authorization": f"Bearer {platform.key_text}"},
    )


def test_an_account_is_born_with_owner_property_and_link(platform, settings):
    response = platform.post("provisioning/accounts", make_row(1, property_name="Counter"))
    body = response.json()
    account = Account.objects.get(external_id="customer-1")
    assert (response.status_code, body["status"]) == (201, "created")
    assert body["account"] == str(account.uuid)
    assert body["property"] == str(account.properties.get(name="Counter").uuid)
    assert body["link"]["url"] == f"{settings.SITE_URL}/c/{account.links.get().token}"
    assert body["sign_in_url"].startswith(f"{settings.SITE_URL}/accounts/enter/")
    owner = account.memberships.get(role="owner").user
    assert (owner.email, owner.has_usable_password()) == ("owner1@example.org", False)
    assert account.audit_events.get().actor == f"key:{platform.key.uuid}"


def test_the_same_row_again_is_the_same_account(platform):
    first = platform.post("provisioning/accounts", make_row(1)).json()
    before = count_rows()
    response = platform.post("provisioning/accounts", make_row(1))
    again = response.json()
    assert (response.status_code, again["status"]) == (200, "exists")
    assert [again[n] for n in ("account", "property", "link")] == [
        first[n] for n in ("account", "property", "link")
    ]
    assert again["sign_in_url"] is None
    assert count_rows() == before


def test_another_name_or_limit_updates_the_account(platform):
    send(platform, [make_row(1)])
    [result] = send(platform, [make_row(1, name="New", limits={"members": 3})])["rows"]
    account = Account.objects.get()
    assert (result["status"], account.name, account.limits) == ("updated", "New", {"members": 3})


def test_another_owner_does_not_take_over_the_external_id(platform):
    send(platform, [make_row(1)])
    [result] = send(platform, [make_row(1, email="thief@example.org")])["rows"]
    assert (result["status"], result["code"]) == ("failed", "external_id_taken")
    assert not User.objects.filter(email="thief@example.org").exists()
    assert_problem(
        platform.post("provisioning/accounts", make_row(1, email="thief@example.org")),
        409,
        "external_id_taken",
    )


def test_an_owner_who_proved_their_address_gets_one_more_account(platform, alice):
    [result] = send(platform, [make_row(1, email="ALICE@example.com")])["rows"]
    assert (result["status"], result["sign_in_url"]) == ("created", None)
    assert alice.memberships.count() == 2
    assert alice.memberships.last().targets.get().verified_at is not None


def test_a_stranger_who_signed_up_with_the_address_gets_nothing(platform):
    stranger = make_user("stranger")
    stranger.emailaddress_set.update(verified=False)
    [result] = send(platform, [make_row(1, email="stranger@example.com")])["rows"]
    assert (result["status"], result["code"]) == ("failed", "email_unproven")
    assert stranger.memberships.count() == 0


def test_one_owner_may_have_several_rows(platform):
    body = send(platform, [make_row(n, email="both@example.org") for n in (1, 2)])
    assert body["created"] == 2
    assert User.objects.get(email="both@example.org").memberships.count() == 2
    assert all(row["sign_in_url"] for row in body["rows"])


def test_an_address_that_the_platform_vouches_for_is_called_at_once(platform):
    send(platform, [make_row(1), make_row(2, email_verified=True)])
    targets = Target.objects.order_by("pk")
    assert [target.verified_at is not None for target in targets] == [False, True]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"external_id": ""}, "invalid", "external_id"),
        ({"external_id": "x" * 121}, "invalid", "external_id"),
        ({"name": None}, "invalid", "name"),
        ({"name": "a\u202eb"}, "invalid", "name"),
        ({"email": "nobody"}, "invalid", "email"),
        ({"email": 5}, "invalid", "email"),
        ({"colour": "red"}, "invalid", "colour"),
        ({"language": "tlh"}, "invalid", "language"),
        ({"link_slug": "Not a slug!"}, "invalid", "link_slug"),
        ({"link_slug": "admin"}, "invalid", "link_slug"),
        ({"link_slug": "taken-slug"}, "slug_taken", "link_slug"),
        ({"limits": {"cats": 9}}, "invalid", "limits.cats"),
        ({"limits": {"members": -1}}, "invalid", "limits.members"),
        ({"limits": {"properties": 0}}, "limit_reached", None),
        ({"limits": 5}, "invalid", "limits"),
        ({"email_verified": "yes"}, "invalid", "email_verified"),
        ({"name": "a\u0000b"}, "malformed_row", None),
    ],
)
def test_a_bad_row_says_why_and_harms_no_other(platform, link, change, code, field):
    DirectLink.objects.filter(pk=link.pk).update(slug="taken-slug")
    body = send(platform, [make_row(1), make_row(2) | change, make_row(3)])
    assert [row["status"] for row in body["rows"]] == ["created", "failed", "created"]
    bad = body["rows"][1]
    assert (bad["code"], bad["field"], bad["account"], bad["link"]) == (code, field, None, None)
    assert bad["detail"]
    assert Account.objects.filter(external_id__startswith="customer").count() == 2


def test_an_external_id_or_slug_may_stand_in_one_row_only(platform):
    rows = [make_row(1, link_slug="same-one"), make_row(2, link_slug="same-one"), make_row(1)]
    results = send(platform, rows)["rows"]
    assert [row["code"] for row in results] == [None, "slug_taken", "duplicate_external_id"]


def test_a_deleted_account_is_not_opened_again(platform):
    send(platform, [make_row(1)])
    delete_account(account=Account.objects.get(), actor=None)
    [result] = send(platform, [make_row(1)])["rows"]
    assert (result["status"], result["code"]) == ("failed", "account_deleted")


def test_a_dry_run_says_everything_and_writes_nothing(platform):
    send(platform, [make_row(1)])
    before = count_rows()
    rows = [make_row(1), make_row(1) | {"external_id": "x", "email": "?"}, make_row(2)]
    body = send(platform, [*rows, make_row(3, name="New")], "?dry_run=true")
    assert [row["status"] for row in body["rows"]] == ["exists", "failed", "created", "created"]
    [changed] = send(platform, [make_row(1, name="New")], "?dry_run=true")["rows"]
    assert changed["status"] == "updated"
    assert platform.post("provisioning/accounts?dry_run=true", make_row(9)).status_code == 200
    assert count_rows() == before
    assert Account.objects.get().name == "Shop 1"


def test_lines_of_json_are_rows(platform):
    lines = [json.dumps(make_row(1)), "", "{broken", "[1]", json.dumps(make_row(2))]
    text = "\n".join([*lines, '{"name": "' + "x" * 20_000 + '"}'])
    body = send_text(platform, text, "application/x-ndjson; charset=utf-8").json()
    statuses = [row["status"] for row in body["rows"]]
    assert statuses == ["created", "failed", "failed", "created", "failed"]
    assert {row["code"] for row in body["rows"]} == {None, "malformed_row"}


def test_a_table_is_rows(platform):
    text = (
        "\ufeffexternal_id,name,email,limits.members,email_verified\r\n"
        'c-1,"Shop, the first",a@example.org,5,yes\r\n'
        "c-2,Two,b@example.org,,\r\n"
        "c-3,too few\r\n"
        "c-4,Four,d@example.org,many,\r\n"
    )
    body = send_text(platform, text, "text/csv").json()
    assert [row["code"] for row in body["rows"]] == [None, None, "malformed_row", "invalid"]
    first = Account.objects.get(external_id="c-1")
    assert (first.name, first.limits) == ("Shop, the first", {"members": 5})


def test_bytes_that_are_no_text_cost_their_own_row(platform):
    text = b"external_id,name,email\nc-1,\xff,a@example.org\nc-2,Two,b@example.org\n"
    body = send_text(platform, text, "text/csv").json()
    assert [row["status"] for row in body["rows"]] == ["failed", "created"]


def test_what_is_no_batch_is_refused(platform):
    assert_problem(platform.post("provisioning/batches", {"rows": []}), 400, "invalid")
    assert_problem(platform.post("provisioning/batches", {"rows": [5]}), 400, "invalid")
    assert_problem(send_text(platform, "external_id,name\n", "text/csv"), 400, "invalid")
    assert_problem(send_text(platform, "<a/>", "text/xml"), 415, "unsupported_media_type")
    too_much = "x" * (8 * 1_048_576 + 1)
    assert_problem(send_text(platform, too_much, "application/json"), 413, "body_too_large")


def test_a_batch_under_the_same_idempotency_key_is_answered_from_memory(platform):
    body = {"rows": [make_row(1)]}
    first = platform.post("provisioning/batches", body, Idempotency_Key="import-1")
    again = platform.post("provisioning/batches", body, Idempotency_Key="import-1")
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    other = {"rows": [make_row(2)]}
    other = platform.post("provisioning/batches", other, Idempotency_Key="import-1")
    assert_problem(other, 409, "idempotency_key_reused")


@pytest.mark.parametrize("path", ["provisioning/accounts", "provisioning/batches"])
def test_only_a_platform_key_may(api, alice_page, stranger, path):
    assert_problem(api.post(path, make_row(1)), 403, "insufficient_scope")
    assert_problem(alice_page.get(path), 403, "insufficient_scope")
    assert_problem(stranger.post(path, make_row(1)), 401, "unauthenticated")


def test_a_chunk_takes_the_same_queries_whatever_its_size(platform, django_assert_max_num_queries):
    send(platform, [make_row(n) for n in range(5)])
    counts = []
    for rows in ([make_row(n) for n in range(10, 12)], [make_row(n) for n in range(20, 220)]):
        with django_assert_max_num_queries(100) as queries:
            send(platform, rows)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_make_every_account_once(platform):
    rows = [make_row(n) for n in range(300)]

    def run(order):
        try:
            return send(Api(platform.key_text), order)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(run, [rows, rows[::-1]])
    assert one["created"] + two["created"] == 300
    assert one["exists"] + two["exists"] == 300
    assert [row["account"] for row in one["rows"]] == [row["account"] for row in two["rows"][::-1]]
    assert count_rows() == [300] * len(TABLES)


def test_a_thousand_accounts_fit_into_one_request(platform):
    began = time.perf_counter()
    body = send(platform, [make_row(n) for n in range(1000)])
    print(f"1,000 accounts: {time.perf_counter() - began:.2f} s")
    assert body["created"] == 1000
    assert len({row["link"]["url"] for row in body["rows"]}) == 1000
    assert count_rows() == [1000] * len(TABLES)


def test_a_key_made_by_the_command_works(db, capsys):
    from django.core.management import call_command

    call_command("platform_key", "Billing")
    text = capsys.readouterr().out.strip()
    assert find_api_key(text).scope == "platform"
    assert Api(text).post("provisioning/accounts", make_row(1)).status_code == 201
