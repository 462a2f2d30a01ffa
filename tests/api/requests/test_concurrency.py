"""The same request several times at once, against a running server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import psycopg
from django.utils import timezone

from accounts.keys.services import create_api_key
from api import idempotency
from api.idempotency import IDEMPOTENCY_HOURS
from api.models import IdempotencyRecord
from api.tasks import sweep_idempotency_records
from rooms.properties.models import Property
from tests.api.requests.test_authentication import assert_problem
from tests.server import point_to_test_database


def test_one_of_eight_duplicates_happens(transactional_db, live, account):
    _, key = create_api_key(account, "Shop", "write")
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "order-1"}

    def send(_):
        return httpx.post(
            f"{live.url}/api/v1/properties",
            json={"name": "Shop"},
            headers=headers,
            timeout=30,
            trust_env=False,
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    assert Property.objects.filter(name="Shop").count() == 1


def test_answers_are_forgotten_after_a_day(db):
    now = timezone.now()
    for hours in (0, IDEMPOTENCY_HOURS + 1):
        at = now - timedelta(hours=hours)
        IdempotencyRecord.objects.create(caller="key:1", key=str(hours), created_at=at)
    assert sweep_idempotency_records() == 1
    assert IdempotencyRecord.objects.get().key == "0"


def test_a_duplicate_of_what_takes_too_long_is_told_to_come_back(
    transactional_db, api, monkeypatch
):
    monkeypatch.setattr(idempotency, "WAIT_MS", 100)
    caller = f"key:{api.key.uuid} in {api.key.account.uuid}"
    with psycopg.connect(point_to_test_database()) as first:
        first.execute(
            "INSERT INTO api_idempotencyrecord"
            " (caller, key, request_digest, status, sealed_body, created_at)"
            " VALUES (%s, 'order-1', 'x', 0, '', now())",
            [caller],
        )
        refused = api.post("properties", {"name": "Shop"}, Idempotency_Key="order-1")
        assert_problem(refused, 409, "idempotency_in_progress")
        assert refused["Retry-After"]
        first.rollback()
    assert api.post("properties", {"name": "Shop"}, Idempotency_Key="order-1").status_code == 201
