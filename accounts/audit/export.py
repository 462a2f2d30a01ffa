"""The log as a table for other programs, written in pieces: it may be longer than memory."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from typing import IO

from django.db.models import QuerySet

from accounts.audit.models import AuditEvent

COLUMNS = ("at", "actor", "actor_name", "action", "object", "data")
BATCH_ROWS = 1000
# Spreadsheets take a cell that begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(events: QuerySet[AuditEvent]) -> IO[bytes]:
    """Return a temporary file with the lines in the order of `-id`; whoever reads it closes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for batch in _read_batches(events):
        table.writerows([_plain(cell) for cell in _list_cells(event)] for event in batch)
    text.detach()
    file.seek(0)
    return file


def _read_batches(events: QuerySet[AuditEvent]) -> Iterator[list[AuditEvent]]:
    """Read on from the last id: no cursor of the database has to stay open."""
    batch = list(events[:BATCH_ROWS])
    while batch:
        yield batch
        batch = list(events.filter(pk__lt=batch[-1].pk)[:BATCH_ROWS])


def _list_cells(event: AuditEvent) -> list[str]:
    return [
        event.at.isoformat(),
        event.actor,
        event.actor_name,
        event.action,
        str(event.object_id or ""),
        json.dumps(event.data, ensure_ascii=False),
    ]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
