from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.base.errors import NotFound

Row = TypeVar("Row", bound=Model)


def find_only(rows: QuerySet[Row]) -> Row:
    """Return the row. Raises NotFound."""
    found = rows.first()
    if found is None:
        raise NotFound
    return found
