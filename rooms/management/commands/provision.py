"""Opening accounts from a file, by the same rules as over the API."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rooms.provisioning.bulk.chunks import provision_rows
from rooms.provisioning.bulk.formats import READERS, read_objects
from rooms.provisioning.bulk.results import FAILED, describe
from rooms.provisioning.bulk.rows import RawRow, refuse_doubles

ROWS_A_STEP = 500
BAR_CHARS = 30
KINDS = {
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".csv": "text/csv",
}
COLUMNS = (
    *("row", "status", "code", "detail", "field", "external_id", "account", "property"),
    *("link", "url", "sign_in_url"),
)


class Command(BaseCommand):
    help = "Open accounts from a CSV, NDJSON or JSON file. Running it again is safe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".csv, .ndjson, .jsonl or .json")
        parser.add_argument("--output", type=Path, help="where results go; .csv or NDJSON")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path | None = options["output"]
        try:
            source = options["file"].open("rb")
            sink = output.open("w", newline="") if output else sys.stdout
        except OSError as error:
            raise CommandError(str(error)) from None
        with source:
            total = options["file"].stat().st_size
            progress = Progress(self.stderr.write, total, source.tell)
            write = make_writer(sink, as_csv=bool(output and output.suffix == ".csv"))
            rows = read_file(source, options["file"].suffix.lower())
            counts = self.provision(rows, write, progress, options["dry_run"])
        if output:
            sink.close()
        self.stderr.write(", ".join(f"{n} {status}" for status, n in sorted(counts.items())))
        if counts[FAILED]:
            sys.exit(1)

    def provision(
        self,
        rows: Iterator[RawRow],
        write: Callable[[dict[str, Any]], None],
        progress: Progress,
        dry_run: bool,
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        marked = refuse_doubles(rows)
        while step := list(islice(marked, ROWS_A_STEP)):
            for result in provision_rows(step, dry_run=dry_run):
                counts[result.status] += 1
                write(describe(result))
            progress.show(counts)
        progress.finish()
        return counts


class Progress:
    """A bar on a terminal's last line; elsewhere nothing, so that logs stay readable."""

    def __init__(self, write: Callable[..., Any], total: int, place: Callable[[], int]) -> None:
        self.write, self.total, self.place = write, max(1, total), place
        self.began = time.monotonic()
        self.wanted = sys.stderr.isatty()

    def show(self, counts: Counter[str]) -> None:
        if not self.wanted:
            return
        share = min(1.0, self.place() / self.total)
        done = round(share * BAR_CHARS)
        speed = counts.total() / max(0.001, time.monotonic() - self.began)
        bar = "#" * done + "." * (BAR_CHARS - done)
        line = f"\r[{bar}] {share:4.0%}  {counts.total():,} rows, {speed:,.0f}/s"
        self.write(line, ending="")

    def finish(self) -> None:
        if self.wanted:
            self.write("")


def read_file(source: IO[bytes], suffix: str) -> Iterator[RawRow]:
    """Raises CommandError if the file is none of the three kinds."""
    if suffix in KINDS:
        return READERS[KINDS[suffix]](source)
    if suffix != ".json":
        raise CommandError("Name the file .csv, .ndjson, .jsonl or .json.")
    try:
        content = json.load(source)
    except ValueError as error:
        raise CommandError(f"This is not JSON: {error}") from None
    rows = content.get("rows") if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise CommandError('Write a list of rows, or {"rows": […]}.')
    return read_objects(rows)


def make_writer(sink: IO[str], *, as_csv: bool) -> Callable[[dict[str, Any]], None]:
    if not as_csv:
        return lambda row: print(json.dumps(row, default=str), file=sink)
    table = csv.DictWriter(sink, COLUMNS)
    table.writeheader()
    return lambda row: table.writerow(flatten(row))


def flatten(row: dict[str, Any]) -> dict[str, Any]:
    link = row["link"] or {}
    return {**row, "link": link.get("token"), "url": link.get("url")}
