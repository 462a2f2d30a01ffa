"""Batches that are too large for one request: kept as rows, worked off in chunks by a task.

Each chunk and what is noted about it are one transaction. A killed worker leaves the batch
between two chunks; the sweep goes on there.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts.keys.models import ApiKey
from rooms.notifications.queue import ask_for
from rooms.provisioning.bulk.chunks import CHUNK_ROWS, provision_rows
from rooms.provisioning.bulk.results import STATUSES, Result
from rooms.provisioning.bulk.rows import RawRow, refuse_doubles
from rooms.provisioning.errors import BatchFinished, TooManyRows
from rooms.provisioning.models import ProvisioningBatch, ProvisioningRow

ROWS_AT_ONCE = 1_000
MAX_ROWS = 100_000
# Then the task goes to the end of its queue, so that others get a turn.
STRETCH_S = 5.0
MAX_TRIES = 5
KEEP_FOR = timedelta(days=7)
WORK_OFF = "rooms.tasks.work_off_provisioning"
QUEUE = "maintenance"
State = ProvisioningBatch.State


@transaction.atomic
def create_batch(
    rows: Iterable[RawRow], *, key: ApiKey | None, dry_run: bool = False
) -> ProvisioningBatch:
    """Keep the rows and have them worked off after the commit. Raises TooManyRows."""
    batch = ProvisioningBatch.objects.create(key=key, dry_run=dry_run)
    batch.total = _copy_rows(batch, rows)
    batch.save(update_fields=["total"])
    transaction.on_commit(lambda: ask_for(WORK_OFF, QUEUE))
    return batch


def _copy_rows(batch: ProvisioningBatch, rows: Iterable[RawRow]) -> int:
    total = 0
    with connection.cursor() as cursor:
        columns = "(batch_id, number, data, status)"
        table = ProvisioningRow._meta.db_table
        with cursor.copy(f"COPY {table} {columns} FROM STDIN") as copy:
            for total, row in enumerate(refuse_doubles(rows), 1):
                if total > MAX_ROWS:
                    raise TooManyRows(f"A batch may have {MAX_ROWS} rows.")
                content = {"problem": row.problem, "external_id": row.external_id}
                data = json.dumps(content if row.problem else {"row": row.data})
                copy.write_row((batch.pk, row.number, data, ""))
    return total


@transaction.atomic
def cancel_batch(batch: ProvisioningBatch) -> ProvisioningBatch:
    """Leave the rows that wait as they are; what is done stays. Raises BatchFinished."""
    batch = ProvisioningBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.finished_at is not None:
        raise BatchFinished
    batch.state, batch.finished_at = State.CANCELLED, timezone.now()
    batch.save(update_fields=["state", "finished_at"])
    return batch


def work_off_batches(*, stretch_s: float = STRETCH_S) -> bool:
    """Work on the oldest batch for a while; True if there is more to do.

    One batch at a time and one worker at it: whoever comes second leaves at once.
    """
    batch_pk = ProvisioningBatch.objects.unfinished().order_by("pk").values_list("pk").first()
    if batch_pk is None or not _begin(batch_pk[0]):
        return False
    end = time.monotonic() + stretch_s
    while _work_off_chunk(batch_pk[0]):
        if time.monotonic() > end:
            return True
    return ProvisioningBatch.objects.unfinished().exists()


@transaction.atomic
def _begin(batch_pk: int) -> bool:
    """Count a try, unless somebody is at it. A batch that fails again and again is given up."""
    batch = _take(batch_pk)
    if batch is None:
        return False
    if batch.tries >= MAX_TRIES:
        batch.state, batch.finished_at = State.FAILED, timezone.now()
        batch.save(update_fields=["state", "finished_at"])
        return False
    ProvisioningBatch.objects.filter(pk=batch_pk).update(
        state=State.RUNNING, tries=F("tries") + 1, started_at=Coalesce("started_at", Now())
    )
    return True


@transaction.atomic
def _work_off_chunk(batch_pk: int) -> bool:
    """Do the next rows and note it; True if more are left."""
    batch = _take(batch_pk)
    if batch is None:
        return False
    rows = list(batch.rows.filter(number__gt=batch.done).order_by("number")[:CHUNK_ROWS])
    raw = [_unpack(row) for row in rows]
    results = provision_rows(raw, actor=batch.key, dry_run=batch.dry_run)
    _note(rows, results)
    counts = Counter(result.status for result in results)
    for status in STATUSES:
        setattr(batch, status, getattr(batch, status) + counts[status])
    batch.tries = 0
    if batch.done >= batch.total:
        batch.state, batch.finished_at = State.DONE, timezone.now()
    batch.save(update_fields=[*STATUSES, "tries", "state", "finished_at"])
    return batch.finished_at is None


def _take(batch_pk: int) -> ProvisioningBatch | None:
    """Hold the batch until the transaction ends; None if it is held or finished."""
    free = ProvisioningBatch.objects.unfinished().select_for_update(skip_locked=True, of=("self",))
    return free.filter(pk=batch_pk).select_related("key").first()


def _unpack(row: ProvisioningRow) -> RawRow:
    if "row" in row.data:
        return RawRow(row.number, row.data["row"])
    return RawRow(row.number, {"external_id": row.data["external_id"]}, row.data["problem"])


def _note(rows: list[ProvisioningRow], results: list[Result]) -> None:
    """Write all results with one statement."""
    table = ProvisioningRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS r SET status = d.status, result = d.result::jsonb"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS d(id, status, result)"
            " WHERE r.id = d.id",
            [
                [row.pk for row in rows],
                [result.status for result in results],
                [json.dumps(result.pack()) for result in results],
            ],
        )


def forget_batches() -> int:
    """Remove batches that ended KEEP_FOR ago, with the addresses in their rows."""
    old = ProvisioningBatch.objects.filter(finished_at__lt=timezone.now() - KEEP_FOR)
    return old.delete()[0]
