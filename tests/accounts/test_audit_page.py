"""Account → Audit log: owners read it, narrow it down and take it along; nobody else does."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from accounts.audit import export, trail
from accounts.audit.models import AuditEvent
from accounts.keys.services import create_api_key
from accounts.team.models import Membership
from tests.api.conftest import Api

PAGE, CSV = "/account/audit", "/account/audit.csv"


@pytest.fixture
def log(account, alice, bob):
    """Four lines, of two people and the service itself, over three days."""
    AuditEvent.objects.for_account(account).delete()
    lines = [
        trail.record(account, alice, "link.created", label="Flyer"),
        trail.record(account, bob, "room.closed"),
        trail.record(account, alice, "link.revoked", label="=1+1"),
        trail.record(account, None, "account.exported"),
    ]
    for day, line in enumerate(lines, start=1):
        moment = datetime(2026, 3, min(day, 3), 23, 59, tzinfo=UTC)
        AuditEvent.objects.filter(pk=line.pk).update(at=moment)
    return lines


def read_csv(answer):
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def list_actions(alices, query):
    return [event.action for event in alices.get(f"{PAGE}?{query}").context["events"]]


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("", ["account.exported", "link.revoked", "room.closed", "link.created"]),
        ("actor=ALICE@", ["link.revoked", "link.created"]),
        ("actor=system", ["account.exported"]),
        ("action=link", ["link.revoked", "link.created"]),
        ("action=link.created", ["link.created"]),
        ("since=2026-03-02&until=2026-03-02", ["room.closed"]),
        ("until=2026-03-01&actor=bob", []),
    ],
)
def test_it_is_narrowed_down_and_the_file_is_the_same(alices, log, query, actions):
    assert list_actions(alices, query) == actions
    assert [row["action"] for row in read_csv(alices.get(f"{CSV}?{query}"))] == actions


def test_a_person_is_found_by_the_word_of_the_log(alices, log, bob):
    assert list_actions(alices, f"actor={bob.actor_word}") == ["room.closed"]


@pytest.mark.parametrize("query", ["since=2026-02-31", "until=9999-12-31", "actor=%00", "before=1"])
def test_what_cannot_be_asked_is_said_beside_the_field(alices, log, query):
    for path in (PAGE, CSV):
        assert alices.get(f"{path}?{query}").status_code == 400


def test_the_file_is_complete_and_no_formula(alices, log, monkeypatch):
    monkeypatch.setattr(export, "BATCH_ROWS", 3)
    answer = alices.get(CSV)
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    rows = read_csv(answer)
    assert len(rows) == 4 and json.loads(rows[1]["data"]) == {"label": "=1+1"}
    assert rows[1]["actor_name"] == "alice@example.com"
    assert export._plain("=1+1") == "'=1+1"
    assert list_actions(alices, "")[0] == "audit.exported"


def test_long_logs_come_in_pages(alices, log, account, alice):
    for _ in range(60):
        trail.record(account, alice, "link.changed")
    first = alices.get(f"{PAGE}?action=link")
    assert len(first.context["events"]) == 50
    older = alices.get(f"{PAGE}?action=link&before={first.context['following']}")
    assert len(older.context["events"]) == 12 and older.context["following"] is None


def test_nobody_else_reads_it(bobs, charlies, log, account, bob):
    for role in ("agent", "admin"):
        Membership.objects.filter(user=bob).update(role=role)
        assert {bobs.get(path).status_code for path in (PAGE, CSV)} == {404}
    assert "link.created" not in charlies.get(PAGE).content.decode()
    assert charlies.get(f"{PAGE}?before={log[0].uuid}").status_code == 404


def test_over_rest_it_is_the_owners_as_well(alices, bobs, log, account, bob):
    Membership.objects.filter(user=bob).update(role="admin")
    assert alices.get("/api/v1/audit-events?limit=2").json()["next"]
    refused = bobs.get("/api/v1/audit-events")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    program = Api(create_api_key(account, "Shop", "admin")[1])
    query = "actor=system&action=account.exported&since=2026-03-01T00:00:00Z"
    found = program.get(f"audit-events?{query}&until=2026-03-04T00:00:00Z").json()["items"]
    assert [event["action"] for event in found] == ["account.exported"]
