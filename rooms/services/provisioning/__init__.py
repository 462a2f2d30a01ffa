"""Opening accounts for programs: many at once, idempotent by external_id. Import from here."""

from __future__ import annotations

from rooms.services.provisioning.batches import (
    MAX_ROWS,
    ROWS_AT_ONCE,
    cancel_batch,
    create_batch,
    forget_batches,
    work_off_batches,
)
from rooms.services.provisioning.chunks import provision_row, provision_rows
from rooms.services.provisioning.formats import READERS, read_objects
from rooms.services.provisioning.results import Result
from rooms.services.provisioning.rows import RawRow, check_row, refuse_doubles

__all__ = [
    "MAX_ROWS",
    "READERS",
    "ROWS_AT_ONCE",
    "RawRow",
    "Result",
    "cancel_batch",
    "check_row",
    "create_batch",
    "forget_batches",
    "provision_row",
    "provision_rows",
    "read_objects",
    "refuse_doubles",
    "work_off_batches",
]
