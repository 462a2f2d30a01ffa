"""Batches: rows kept by the request, worked off by a task, in chunks that cannot be half done."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts.tenants.models import Account
from rooms.provisioning.bulk import batches
from rooms.provisioning.bulk.batches import forget_batches, work_off_batches
from rooms.provisioning.models import ProvisioningBatch, ProvisioningRow
from tests.api.requests.test_authentication import assert_problem
from tests.api.v1.test_provisioning import TABLES, count_rows, make_row, send_text

ROWS = 1_200
NDJSON = "application/x-ndjson"


def make_lines(rows):
    return "\n".join(json.dumps(row) for row in rows)


def start(platform, rows=None, query=""):
    rows = rows or [make_row(n) for n in range(ROWS)]
    response = send_text(platform, make_lines(rows), NDJSON, query)
    assert response.status_code == 202, response.content
    assert response["Location"] == f"/api/v1/provisioning/batches/{response.json()['id']}"
    return f"provisioning/batches/{response.json()['id']}"


def work_off():
    while work_off_batches(stretch_s=0):
        pass


def list_rows(platform, path, query=""):
    rows, cursor = [], ""
    while cursor is not None:
        page = platform.get(f"{path}/rows?limit=200{query}{cursor and '&cursor=' + cursor}").json()
        rows, cursor = rows + page["items"], page["next"]
    return rows


def test_more_than_a_thousand_rows_become_a_batch_with_progress(platform):
    path = start(platform)
    begun = platform.get(path).json()
    assert (begun["state"], begun["total"], begun["done"]) == ("waiting", ROWS, 0)
    assert {row["status"] for row in list_rows(platform, path)} == {"waiting"}
    assert work_off_batches(stretch_s=0)
    assert platform.get(path).json()["done"] == batches.CHUNK_ROWS
    work_off()
    ended = platform.get(path).json()
    assert (ended["state"], ended["created"], ended["done"]) == ("done", ROWS, ROWS)
    rows = list_rows(platform, path)
    assert [row["row"] for row in rows] == list(range(1, ROWS + 1))
    assert all(row["account"] and row["sign_in_url"] and row["link"]["url"] for row in rows)
    assert count_rows() == [ROWS] * len(TABLES)


def test_the_same_batch_again_finds_the_same_accounts(platform):
    first, again = start(platform), start(platform)
    work_off()
    assert platform.get(again).json()["exists"] == ROWS
    ids = [[row["account"] for row in list_rows(platform, path)] for path in (first, again)]
    assert ids[0] == ids[1]
    assert count_rows() == [ROWS] * len(TABLES)


def test_bad_rows_of_a_batch_are_found_by_their_status(platform):
    rows = [make_row(n) for n in range(ROWS)]
    rows[7] = make_row(7, email="?")
    rows[1_100] = make_row(3)
    path = start(platform, rows)
    work_off()
    failed = list_rows(platform, path, "&status=failed")
    assert [(row["row"], row["code"]) for row in failed] == [
        (8, "invalid"),
        (1_101, "duplicate_external_id"),
    ]
    assert platform.get(path).json()["created"] == ROWS - 2


def test_a_dry_batch_writes_nothing(platform):
    path = start(platform, query="?dry_run=true")
    work_off()
    assert platform.get(path).json()["created"] == ROWS
    assert Account.objects.count() == 0


def test_a_cancelled_batch_stops_where_it_is(platform):
    path = start(platform)
    work_off_batches(stretch_s=0)
    assert platform.post(f"{path}/cancel").json()["state"] == "cancelled"
    work_off()
    assert Account.objects.count() == batches.CHUNK_ROWS
    assert_problem(platform.post(f"{path}/cancel"), 409, "batch_finished")


def test_a_batch_that_keeps_failing_is_given_up(platform):
    path = start(platform)
    ProvisioningBatch.objects.update(tries=batches.MAX_TRIES)
    work_off()
    assert platform.get(path).json()["state"] == "failed"


def test_a_batch_has_an_end(platform, monkeypatch):
    monkeypatch.setattr(batches, "MAX_ROWS", ROWS)
    text = make_lines([make_row(n) for n in range(ROWS + 1)])
    assert_problem(send_text(platform, text, NDJSON), 413, "too_many_rows")
    assert ProvisioningBatch.objects.count() == ProvisioningRow.objects.count() == 0


def test_addresses_in_old_batches_are_forgotten(platform):
    start(platform)
    work_off()
    assert forget_batches() == 0
    ProvisioningBatch.objects.update(finished_at=timezone.now() - batches.KEEP_FOR)
    forget_batches()
    assert ProvisioningRow.objects.count() == 0
    assert Account.objects.count() == ROWS


def test_no_row_of_a_batch_keeps_a_key(platform):
    path = start(platform)
    work_off()
    url = list_rows(platform, path)[0]["sign_in_url"]
    token = url.rpartition("/")[2]
    stored = ProvisioningRow.objects.first().result
    assert token not in json.dumps(stored)
    assert platform.client.get(f"/accounts/enter/{token}").status_code == 200


@pytest.mark.parametrize("path", ["", "/rows"])
def test_a_batch_nobody_sent_is_not_there(platform, api, path):
    address = f"provisioning/batches/{platform.key.uuid}{path}"
    assert_problem(platform.get(address), 404, "batch_not_found")
    assert_problem(api.get(address), 403, "insufficient_scope")
