"""The same request several times at once, against a running server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
from django.utils import timezone

from accounts.services import create_api_key
from api.idempotency import IDEMPOTENCY_HOURS
from api.models import IdempotencyRecord
from api.tasks import sweep_idempotency_records
from rooms.models import Property


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
