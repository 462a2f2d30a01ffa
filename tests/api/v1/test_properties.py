from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.links.models import DirectLink
from rooms.properties.models import Property
from rooms.tasks import apply_retention
from tests.api.requests.test_authentication import assert_problem


def test_a_property_is_born_with_a_link(api):
    response = api.post("properties", {"name": "Shop"})
    body = response.json()
    assert response.status_code == 201
    assert (body["name"], body["storage"], body["transport"]) == ("Shop", "keep", "direct")
    [link] = body["links"]
    assert link["mode"] == "private"
    assert link["url"].endswith(f"/c/{link['token']}")
    assert DirectLink.objects.filter(token=link["token"], uuid=link["id"]).exists()


def test_only_what_is_sent_changes(api, property):
    body = api.patch(f"properties/{property.uuid}", {"greeting": "Hello"}).json()
    assert (body["name"], body["greeting"]) == ("Alice's shop", "Hello")


def test_an_archived_property_leaves_the_list_and_comes_back(api, property):
    path = f"properties/{property.uuid}"
    assert api.delete(path).status_code == 204
    assert api.get("properties").json()["items"] == []
    assert api.get("properties?archived=true").json()["items"][0]["id"] == str(property.uuid)
    assert api.post(f"{path}/restore").json()["archived_at"] is None


def test_the_limit_of_properties_is_told(api, account):
    account.limits = {"properties": 1}
    account.save(update_fields=["limits"])
    body = assert_problem(api.post("properties", {"name": "Two"}), 403, "limit_reached")
    assert (body["limit"], body["allowed"]) == ("properties", 1)
    assert Property.objects.for_account(account).count() == 1


def test_listing_takes_the_same_queries_for_twenty(
    api, account, django_assert_num_queries, property
):
    for number in range(20):
        made = Property.objects.create(account=account, name=f"P{number}")
        DirectLink.objects.create(account=account, property=made)
    api.get("properties")
    with django_assert_num_queries(3):  # the key, the properties, their links
        assert len(api.get("properties").json()["items"]) == 21


def test_a_link_is_handed_out_changed_rotated_and_revoked(api, property):
    made = api.post(f"properties/{property.uuid}/links", {"label": "Flyer", "mode": "shared"})
    path = f"links/{made.json()['id']}"
    assert made.status_code == 201
    assert api.patch(path, {"slug": "our-flyer"}).json()["url"].endswith("/c/our-flyer")
    rotated = api.post(f"{path}/rotate").json()
    assert rotated["token"] != made.json()["token"]
    assert api.post(f"{path}/revoke").json()["revoked_at"] is not None
    assert_problem(api.patch(path, {"label": "x"}), 409, "link_revoked")


def test_a_passcode_is_never_shown(api, link):
    body = api.patch(f"links/{link.uuid}", {"passcode": "open sesame"}).json()
    assert body["has_passcode"] is True
    assert "sesame" not in str(body)


def test_many_links_are_made_at_once(api, property):
    body = {"count": 20, "label": "Table"}
    made = api.post(f"properties/{property.uuid}/links/batch", body).json()["items"]
    assert [link["label"] for link in made] == [f"Table {n}" for n in range(1, 21)]
    assert len({link["token"] for link in made}) == 20


def test_a_taken_slug_names_its_field(api, link):
    api.patch(f"links/{link.uuid}", {"slug": "our-shop"})
    other = api.post("properties", {"name": "Two"}).json()["links"][0]["id"]
    body = assert_problem(api.patch(f"links/{other}", {"slug": "our-shop"}), 400, "invalid")
    assert body["errors"][0]["field"] == "slug"


def test_an_end_in_the_past_is_refused(api, link):
    past = (timezone.now() - timedelta(hours=1)).isoformat()
    body = assert_problem(api.patch(f"links/{link.uuid}", {"expires_at": past}), 400, "invalid")
    assert body["errors"][0]["field"] == "expires_at"


def test_facts_are_signed_into_an_address(api, link):
    made = api.post(f"links/{link.uuid}/prefill", {"facts": {"name": "Ann", "orders": 3}})
    assert made.status_code == 201
    assert made.json()["url"].endswith(f"/c/{link.token}?prefill={made.json()['prefill']}")


def test_listing_links_takes_the_same_queries_for_twenty(api, property, django_assert_num_queries):
    api.post(f"properties/{property.uuid}/links/batch", {"count": 20})
    with django_assert_num_queries(3):  # the key, the property, its links
        page = api.get(f"properties/{property.uuid}/links").json()
    assert len(page["items"]) == 21


PATHS = [
    ("GET", "properties/{property}"),
    ("PATCH", "properties/{property}"),
    ("DELETE", "properties/{property}"),
    ("POST", "properties/{property}/restore"),
    ("GET", "properties/{property}/links"),
    ("POST", "properties/{property}/links"),
    ("POST", "properties/{property}/links/batch"),
    ("GET", "links/{link}"),
    ("PATCH", "links/{link}"),
    ("POST", "links/{link}/rotate"),
    ("POST", "links/{link}/revoke"),
    ("POST", "links/{link}/prefill"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_other_tenant_gets_404(charlies, property, link, method, path):
    address = path.format(property=property.uuid, link=link.uuid)
    body = {} if method != "GET" else None
    assert charlies.call(method, address, body).status_code == 404


def test_retention_is_said_and_taken_back(api, property):
    path = f"properties/{property.uuid}"
    body = api.patch(path, {"retention_messages_days": 30, "retention_files_days": 0}).json()
    kept = [body[f"retention_{kind}_days"] for kind in ("messages", "files", "arrivals")]
    assert kept == [30, 0, None]
    body = api.patch(path, {"retention_messages_days": None, "addresses": "short"}).json()
    assert (body["retention_messages_days"], body["addresses"]) == (None, "short")


@pytest.mark.parametrize("days", [-1, 3651, "30", True])
def test_retention_has_bounds(api, property, days):
    answer = api.patch(f"properties/{property.uuid}", {"retention_messages_days": days})
    assert_problem(answer, 400, "invalid")


def test_what_was_removed_is_read(api, property, visit, django_assert_num_queries):
    api.patch(f"properties/{property.uuid}", {"retention_addresses_days": 0})
    apply_retention()
    with django_assert_num_queries(3):
        [run] = api.get(f"properties/{property.uuid}/retention").json()["items"]
    assert (run["kind"], run["at_close"], run["removed"]) == ("addresses", True, 0)
    assert run["finished_at"]


def test_another_tenant_reads_nothing_of_it(charlies, property):
    assert_problem(charlies.get(f"properties/{property.uuid}/retention"), 404, "property_not_found")
