"""A key is replaced without a gap: the old one works on for a while."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, find_api_key, rotate_api_key
from tests.accounts.test_api_keys import KEY
from tests.api.conftest import Api


@pytest.fixture
def text(account, alice):
    return create_api_key(account, "Shop", "admin", requests_a_minute=9, created_by=alice)[1]


@pytest.fixture
def api(text):
    return Api(text)


def pass_hours(key, hours):
    ApiKey.objects.filter(pk=key.pk).update(expires_at=key.expires_at - timedelta(hours=hours))


def test_both_work_for_a_day(alices, account, text):
    old = find_api_key(text)
    page = alices.post(f"/developers/{old.uuid}/rotate", {"hours": "24"}).content.decode()
    new = find_api_key(KEY.search(page)[0])
    assert (new.name, new.scope, new.requests_a_minute) == ("Shop", "admin", 9)
    old = find_api_key(text)
    assert timedelta(hours=23) < old.expires_at - timezone.now() <= timedelta(hours=24)
    pass_hours(old, 24)
    assert find_api_key(text) is None
    event = account.audit_events.get(action="api_key.rotated")
    assert event.data["successor"] == str(new.uuid) and event.object_id == old.uuid


def test_or_the_old_one_ends_at_once(alices, text):
    alices.post(f"/developers/{find_api_key(text).uuid}/rotate", {"hours": "0"})
    assert find_api_key(text) is None and ApiKey.objects.live().count() == 1


def test_a_new_key_lives_as_long_as_the_old_one_did(account):
    ends = timezone.now() + timedelta(days=30)
    old, _ = create_api_key(account, "Shop", expires_at=ends)
    ApiKey.objects.update(created_at=timezone.now() - timedelta(days=60))
    new, _ = rotate_api_key(old)
    assert timedelta(days=89) < new.expires_at - timezone.now() < timedelta(days=91)


def test_an_overlap_makes_no_key_live_longer(account):
    ends = timezone.now() + timedelta(hours=2)
    old, text = create_api_key(account, "Shop", expires_at=ends)
    rotate_api_key(old)
    assert find_api_key(text).expires_at == ends


def test_over_rest(api):
    path = f"api-keys/{find_api_key(api.key_text).uuid}"
    made = api.post(f"{path}/rotate", {"overlap_hours": 2})
    assert made.status_code == 201 and find_api_key(made.json()["key"])
    assert api.get(path).json()["rotated_at"] and api.get(path).json()["expires_at"]
    again = api.post(f"{path}/rotate")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    for hours in (-1, 721, "2"):
        assert (
            Api(made.json()["key"])
            .post(f"api-keys/{made.json()['id']}/rotate", {"overlap_hours": hours})
            .status_code
            == 400
        )


def test_a_key_that_is_over_is_not_rotated(alices, text):
    key = find_api_key(text)
    ApiKey.objects.update(expires_at=timezone.now())
    alices.post(f"/developers/{key.uuid}/rotate", {"hours": "24"})
    assert ApiKey.objects.count() == 1
    page = alices.get("/developers").content.decode()
    assert "Expired" in page and f"/developers/{key.uuid}/rotate" not in page


def test_the_page_shows_prefix_use_and_end(alices, account, text):
    key = find_api_key(text)
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(days=3))
    page = alices.get("/developers").content.decode()
    assert f"db_{key.prefix}_…" in page and re.search(r"used .+ ago", page) and "until" in page


def test_nobody_else_rotates_it(bobs, charlies, text):
    path = f"/developers/{find_api_key(text).uuid}/rotate"
    assert bobs.post(path, {"hours": "0"}).status_code == 404
    assert charlies.post(path, {"hours": "0"}).status_code == 404
    assert find_api_key(text)
