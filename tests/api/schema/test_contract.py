"""What holds for every address: shapes, pages, repeats, preconditions, sizes."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver

from api import permissions
from api.models import IdempotencyRecord
from rooms.properties.models import Property
from tests.api.requests.test_authentication import assert_problem


def list_routes():
    """Every address under /api/v1 with its name and view class."""
    found = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/")
    v1 = next(p for p in found.url_patterns if str(p.pattern) == "v1/")
    return [(str(p.pattern), p.name, p.callback.view_class) for p in v1.url_patterns]


def test_every_method_of_every_address_is_in_the_table():
    offered = {
        name: {m.upper() for m in view.http_method_names if m != "head" and hasattr(view, m)}
        for _, name, view in list_routes()
    }
    assert offered == {name: set(methods) for name, methods in permissions.TABLE.items()}


def test_an_unknown_field_is_refused_by_name(api):
    body = assert_problem(
        api.post("properties", {"name": "Shop", "colour": "#fff"}), 400, "unknown_field"
    )
    assert body["errors"][0]["field"] == "colour"
    assert Property.objects.filter(name="Shop").count() == 0


def test_every_wrong_field_is_named(api):
    body = assert_problem(api.post("properties", {"name": "", "storage": "x"}), 400, "invalid")
    assert {error["field"] for error in body["errors"]} == {"name", "storage"}


def test_an_unknown_parameter_is_refused(api):
    assert_problem(api.get("rooms?state=open"), 400, "unknown_parameter")


@pytest.mark.parametrize(
    "body", ["{", "[1]", '"a"', "null", "0", "NaN", "[" * 100_000, '{"name": "\\ud800"}']
)
def test_what_is_not_a_json_object_is_refused(api, body):
    response = api.client.post(
        "/api/v1/properties",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.key_text}"},
    )
    assert response.status_code == 400


def test_a_form_is_refused(api):
    headers = {"Authorization": f"Bearer {api.key_text}"}
    response = api.client.post("/api/v1/properties", {"name": "Shop"}, headers=headers)
    assert_problem(response, 415, "unsupported_media_type")


def test_a_body_over_one_mebibyte_is_refused(api):
    assert_problem(api.post("properties", {"name": "x" * 1_048_577}), 413, "body_too_large")


def test_an_unknown_address_and_method_are_problems_too(api):
    assert_problem(api.get("nothing"), 404, "not_found")
    assert_problem(api.delete("properties"), 405, "method_not_allowed")


def test_the_caller_may_bring_a_trace_id(stranger):
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    problem = stranger.get("me", traceparent=f"00-{trace_id}-b7ad6b7169203331-01").json()
    assert problem["trace_id"] == trace_id


def test_pages_follow_each_other_without_gap_or_repeat(api, account):
    Property.objects.bulk_create(Property(account=account, name=f"P{n}") for n in range(7))
    names, cursor = [], ""
    while cursor is not None:
        page = api.get(f"properties?limit=3&cursor={cursor}" if cursor else "properties?limit=3")
        names += [row["name"] for row in page.json()["items"]]
        cursor = page.json()["next"]
    assert names == [f"P{n}" for n in reversed(range(7))] + ["Alice's shop"]


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "limit=201", "limit=ten"])
def test_a_wrong_cursor_or_limit_is_refused(api, query):
    assert api.get(f"properties?{query}").status_code == 400


def test_a_cursor_of_another_list_is_refused(api, account, link):
    Property.objects.create(account=account, name="Two")
    cursor = api.get("properties?limit=1").json()["next"]
    assert_problem(api.get(f"rooms?cursor={cursor}"), 400, "bad_cursor")


def test_existence_is_asked_by_head(api, property):
    found = api.head(f"properties/{property.uuid}")
    assert (found.status_code, found.content) == (200, b"")
    assert api.head(f"properties/{api.key.uuid}").status_code == 404


def test_an_empty_answer_has_no_type(api, attachment, property):
    empty = [
        api.delete(f"attachments/{attachment.uuid}"),
        api.delete(f"properties/{property.uuid}"),
    ]
    assert [(answer.status_code, answer.content) for answer in empty] == [(204, b"")] * 2
    assert not any("Content-Type" in answer.headers for answer in empty)


def test_an_outdated_if_match_is_refused(api, property):
    path = f"properties/{property.uuid}"
    tag = api.get(path)["ETag"]
    changed = api.patch(path, {"name": "First"}, If_Match=tag)
    assert changed.status_code == 200
    assert_problem(api.patch(path, {"name": "Second"}, If_Match=tag), 412, "precondition_failed")
    assert api.patch(path, {"name": "Third"}, If_Match=changed["ETag"]).status_code == 200


def test_an_unchanged_thing_is_not_sent_again(api, property):
    path = f"properties/{property.uuid}"
    again = api.get(path, If_None_Match=api.get(path)["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_the_same_post_twice_happens_once(api):
    first = api.post("properties", {"name": "Shop"}, Idempotency_Key="order-1")
    again = api.post("properties", {"name": "Shop"}, Idempotency_Key="order-1")
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Property.objects.filter(name="Shop").count() == 1


def test_an_idempotency_key_names_one_request(api):
    api.post("properties", {"name": "Shop"}, Idempotency_Key="order-1")
    other = api.post("properties", {"name": "Bar"}, Idempotency_Key="order-1")
    assert_problem(other, 409, "idempotency_key_reused")


def test_idempotency_keys_of_two_accounts_do_not_meet(api, charlies):
    assert api.post("properties", {"name": "A"}, Idempotency_Key="one").status_code == 201
    second = charlies.post("properties", {"name": "C"}, Idempotency_Key="one")
    assert second.status_code == 201
    assert "Idempotency-Replayed" not in second


def test_a_refused_post_may_be_repeated_with_its_key(api):
    assert api.post("properties", {"name": ""}, Idempotency_Key="one").status_code == 400
    assert api.post("properties", {"name": "A"}, Idempotency_Key="one").status_code == 201


def test_a_kept_answer_is_not_readable_in_the_database(api, property):
    api.post(f"properties/{property.uuid}/links", {"label": "secret"}, Idempotency_Key="one")
    assert "secret" not in IdempotencyRecord.objects.get().sealed_body


@pytest.mark.parametrize("key", ["", "x" * 121, "a\tb"])
def test_a_wrong_idempotency_key_is_refused(api, key):
    refused = api.post("properties", {"name": "A"}, Idempotency_Key=key)
    assert_problem(refused, 400, "idempotency_key_bad")


def test_times_are_utc_in_iso_8601(api, property):
    at = api.get(f"properties/{property.uuid}").json()["created_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", at)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("properties", {"name": 5}),
        ("properties", {"name": "A", "call_after_s": "5"}),
        ("properties", {"name": "A", "call_after_s": True}),
        ("properties", {"name": "A", "languages": [5]}),
        ("api-keys", {"name": "A", "expires_at": 5}),
    ],
)
def test_values_of_another_type_are_refused(api, path, body):
    assert_problem(api.post(path, body), 400, "invalid")


@pytest.mark.parametrize(
    "query", ["property=", "status=open&status=open", "status=OPEN", "active_since=null"]
)
def test_a_parameter_is_one_good_value_or_left_out(api, query):
    assert_problem(api.get(f"rooms?{query}"), 400, "invalid")


def test_a_flag_is_true_or_false(api):
    assert api.get("arrivals?answered=true").status_code == 200
    assert_problem(api.get("arrivals?answered=null"), 400, "invalid")


def test_an_odd_offset_is_no_accident(api):
    assert api.get("rooms?active_until=2071-11-19T00:05:55-20:53").status_code == 200
    assert_problem(api.get("rooms?active_until=9999-12-31T23:59:59-20:53"), 400, "invalid")
