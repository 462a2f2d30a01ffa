"""Writing many new rows of one table: COPY costs a fifth of what INSERT statements cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def write_rows(rows: Iterable[Row]) -> list[Row]:
    """Insert the rows and return them with their ids; like bulk_create, without signals.

    What they point at may have been written since they were made. Raises IntegrityError.
    """
    written = list(rows)
    if not written:
        return []
    meta = written[0]._meta
    fields = [(field.column, field.attname, _packer(field)) for field in meta.concrete_fields]
    columns = ", ".join(f'"{column}"' for column, _, _ in fields)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        _number(cursor, meta.db_table, written)
        _point(written)
        with cursor.copy(f'COPY "{meta.db_table}" ({columns}) FROM STDIN') as copy:
            for row in written:
                values = row.__dict__
                copy.write_row([pack(values[name]) for _, name, pack in fields])
    return written


def _number(cursor: Any, table: str, rows: list[Row]) -> None:
    """Take as many ids from the table's sequence, so that other tables can name them."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, len(rows)],
    )
    for row, (row_id,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = row_id
        row._state.adding = False


def _point(rows: list[Row]) -> None:
    """Give the rows the ids of those they point at, as save() does.

    Not by setattr, which would forget the row that is pointed at.
    """
    fields = rows[0]._meta.concrete_fields
    keys = [field for field in fields if isinstance(field, models.ForeignKey)]
    for row in rows:
        for key in keys:
            if key.is_cached(row) and (held := key.get_cached_value(row)) is not None:
                row.__dict__[key.attname] = held.pk


def _packer(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    return json.dumps if isinstance(field, models.JSONField) else _keep


def _keep(value: Any) -> Any:
    return value
