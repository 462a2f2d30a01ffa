from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, find_api_key
from accounts.team.services.accounts import suspend_account

KEY = re.compile(r"db_[A-Za-z0-9]{10}_[A-Za-z0-9]{43}")
NEW = {"name": "Shop", "scope": "write", "days": "90"}


@pytest.fixture
def text(account):
    return create_api_key(account, "Shop")[1]


def test_a_new_key_is_shown_once_and_stored_hashed(alices, account):
    text = KEY.search(alices.post("/developers", NEW).content.decode())[0]
    assert text not in alices.get("/developers").content.decode()
    key = ApiKey.objects.for_account(account).get()
    secret = text.rpartition("_")[2]
    assert key.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(ApiKey.objects.values_list().get())
    assert find_api_key(text) == key


def test_making_and_revoking_is_logged(alices, account):
    alices.post("/developers", NEW)
    alices.post(f"/developers/{ApiKey.objects.get().uuid}/revoke")
    actions = AuditEvent.objects.for_account(account).filter(action__startswith="api_key.")
    assert [event.action for event in actions.order_by("pk")] == [
        "api_key.created",
        "api_key.revoked",
    ]


def test_a_revoked_key_opens_nothing(alices, text):
    alices.post(f"/developers/{ApiKey.objects.get().uuid}/revoke")
    assert find_api_key(text) is None


def test_an_expired_key_opens_nothing(text):
    ApiKey.objects.update(expires_at=timezone.now())
    assert find_api_key(text) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: text[:-1],
        lambda text: text + "a",
        lambda text: text.replace("db_", "xx_", 1),
        lambda text: text[:-1] + "é",
        lambda text: "",
        lambda text: text[:13] + "\0" + text[14:],
    ],
    ids=["wrong", "short", "long", "word", "accent", "empty", "nul"],
)
def test_a_text_that_is_not_the_key_opens_nothing(text, change):
    assert find_api_key(change(text)) is None


def test_last_used_is_written_once_a_minute(text, django_assert_num_queries):
    key = find_api_key(text)
    assert key.last_used_at is not None
    with django_assert_num_queries(1):
        assert find_api_key(text).last_used_at == key.last_used_at
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    assert find_api_key(text).last_used_at > key.last_used_at


def test_agents_see_no_keys(bobs, text):
    assert bobs.get("/developers").status_code == 404
    assert bobs.post("/developers", NEW).status_code == 404
    assert bobs.post(f"/developers/{ApiKey.objects.get().uuid}/revoke").status_code == 404


def test_another_tenant_gets_404(charlies, text):
    key = ApiKey.objects.get()
    assert charlies.post(f"/developers/{key.uuid}/revoke").status_code == 404
    assert key.prefix not in charlies.get("/developers").content.decode()
    assert find_api_key(text) == key


def test_a_suspended_account_makes_no_keys(alices, account):
    suspend_account(account=account)
    response = alices.post("/developers", NEW)
    assert response.status_code == 403
    assert not ApiKey.objects.exists()


def test_the_page_cannot_make_a_platform_key(alices):
    alices.post("/developers", NEW | {"scope": "platform"})
    assert not ApiKey.objects.exists()
