"""Ten thousand accounts with real processes: twice, and with the worker killed in the middle."""

from __future__ import annotations

import json
import signal

import httpx
import pytest

from accounts.keys.services import create_api_key
from accounts.tenants.models import Account
from rooms.provisioning.models import ProvisioningBatch
from tests.api.v1.test_provisioning import TABLES, count_rows, make_row
from tests.server import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(400)]
ROWS = 10_000
# Enough to be in the middle of.
SOME_ROWS = 3_000
PATIENCE_S = 180


@pytest.fixture
def key():
    return create_api_key(None, "Import", "platform")[1]


def send(site, key, rows=ROWS):
    lines = "\n".join(json.dumps(make_row(n)) for n in range(rows))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
    with httpx.Client(base_url=site.url, headers=headers, trust_env=False, timeout=60) as client:
        answer = client.post("/api/v1/provisioning/batches", content=lines.encode())
    assert answer.status_code == 202, answer.text
    return ProvisioningBatch.objects.get(uuid=answer.json()["id"])


def wait_for_end(batch):
    def is_over():
        batch.refresh_from_db()
        return batch.finished_at is not None

    wait_for(is_over, f"batch {batch.pk}", PATIENCE_S)
    assert batch.state == "done"
    return batch


def read_ids():
    return dict(Account.objects.values_list("external_id", "uuid"))


def test_ten_thousand_rows_twice_give_the_same_ids(server, key):
    site = server(worker=True)
    assert wait_for_end(send(site, key)).created == ROWS
    ids = read_ids()
    again = wait_for_end(send(site, key))
    assert (again.exists, again.created, again.failed) == (ROWS, 0, 0)
    assert read_ids() == ids
    assert count_rows() == [ROWS] * len(TABLES)


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(server, key):
    site = server(worker=True, beat=True, env={"SWEEP_INTERVAL_S": "1"})
    batch = send(site, key, SOME_ROWS)
    wait_for(lambda: 0 < Account.objects.count() < SOME_ROWS, "the first accounts")
    worker = site.others[0]
    worker.end(signal.SIGKILL)
    before = read_ids()
    assert 0 < len(before) < SOME_ROWS
    again = send(site, key, SOME_ROWS)
    worker.start()
    assert wait_for_end(batch).created == SOME_ROWS
    assert wait_for_end(again).exists == SOME_ROWS
    assert before.items() <= read_ids().items()
    assert count_rows() == [SOME_ROWS] * len(TABLES)
