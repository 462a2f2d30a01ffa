"""`manage.py provision FILE` does what the API does."""

from __future__ import annotations

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.tenants.models import Account
from tests.api.v1.test_provisioning import make_row

pytestmark = pytest.mark.django_db


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", ["rows.json", "list.json", "rows.ndjson", "rows.csv"])
def test_every_kind_of_file_opens_accounts(tmp_path, capsys, name):
    rows = [make_row(1), make_row(2)]
    texts = {
        "rows.json": json.dumps({"rows": rows}),
        "list.json": json.dumps(rows),
        "rows.ndjson": "\n".join(map(json.dumps, rows)),
        "rows.csv": "external_id,name,email\n" + "\n".join(",".join(row.values()) for row in rows),
    }
    call_command("provision", write(tmp_path, name, texts[name]))
    said = capsys.readouterr()
    results = [json.loads(line) for line in said.out.splitlines()]
    assert [result["status"] for result in results] == ["created", "created"]
    assert "2 created" in said.err
    assert set(Account.objects.values_list("external_id", flat=True)) == {
        "customer-1",
        "customer-2",
    }


def test_results_go_into_a_table_and_a_failure_ends_with_1(tmp_path):
    rows = json.dumps([make_row(1), make_row(2, email="?")])
    table = tmp_path / "results.csv"
    with pytest.raises(SystemExit) as ended:
        call_command("provision", write(tmp_path, "rows.json", rows), output=table)
    assert ended.value.code == 1
    good, bad = csv.DictReader(table.open())
    assert good["url"].endswith(good["link"])
    assert (bad["status"], bad["code"], bad["field"]) == ("failed", "invalid", "email")


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    path = write(tmp_path, "rows.json", json.dumps([make_row(1)]))
    call_command("provision", path, dry_run=True)
    assert json.loads(capsys.readouterr().out)["status"] == "created"
    assert Account.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "text"), [("rows.xml", "<a/>"), ("rows.json", "{"), ("rows.json", "5")]
)
def test_what_is_no_list_of_rows_is_one_clear_sentence(tmp_path, name, text):
    with pytest.raises(CommandError):
        call_command("provision", write(tmp_path, name, text))


def test_a_missing_file_is_one_clear_sentence():
    with pytest.raises(CommandError, match="no-such-file"):
        call_command("provision", "no-such-file.csv")
