"""Rows out of NDJSON, CSV and JSON. A line that cannot be read costs only its own row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from rooms.provisioning.bulk.rows import RawRow
from rooms.provisioning.errors import MalformedRow

LINE_MAX_BYTES = 16_384
YES_NO = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def read_objects(objects: Iterable[Any]) -> Iterator[RawRow]:
    """Number what a JSON list holds."""
    for number, data in enumerate(objects, 1):
        yield _make_row(number, data)


def read_ndjson(stream: IO[bytes]) -> Iterator[RawRow]:
    """Read one JSON object per line; empty lines count for nothing."""
    number = 0
    while line := stream.readline(LINE_MAX_BYTES + 1):
        whole = len(line) <= LINE_MAX_BYTES
        while not line.endswith(b"\n") and (rest := stream.readline(LINE_MAX_BYTES)):
            line = rest
        if whole and not line.strip():
            continue
        number += 1
        yield _make_row(number, _decode(line) if whole else None)


def read_csv(stream: IO[bytes]) -> Iterator[RawRow]:
    """Read lines under a header of field names; limits have columns like `limits.members`."""
    # Bytes that are no UTF-8 become what no name may contain, so that only their row is refused.
    text = io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
    lines = csv.reader(text)
    header = [name.strip() for name in _next_line(lines) or []]
    number = 0
    while (line := _next_line(lines)) is not None:
        if line == []:
            continue
        number += 1
        yield _make_row(number, _name_cells(header, line))
    text.detach()


READERS: dict[str, Callable[[IO[bytes]], Iterator[RawRow]]] = {
    "application/x-ndjson": read_ndjson,
    "text/csv": read_csv,
}


def _decode(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _next_line(lines: Any) -> list[str] | None:
    """Return the cells, [""] for a line that is no CSV, None at the end."""
    try:
        return next(lines, None)
    except csv.Error:
        return [""]


def _name_cells(header: list[str], cells: list[str]) -> dict[str, Any] | None:
    if len(cells) != len(header):
        return None
    row: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        if not cell.strip():
            continue
        group, _, limit = name.partition(".")
        if group == "limits" and limit:
            number = int(cell) if cell.strip().isdecimal() and len(cell) < 20 else cell
            row.setdefault("limits", {})[limit] = number
        elif name == "email_verified":
            row[name] = YES_NO.get(cell.strip().lower(), cell)
        else:
            row[name] = cell
    return row


def _make_row(number: int, data: Any) -> RawRow:
    """Return the row, without what no database column can hold."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        text = "\\u0000"
    if not isinstance(data, dict) or "\\u0000" in text:
        return RawRow(number, None, MalformedRow.code)
    return RawRow(number, data)
