"""Lists, page by page: a cursor is the sealed place of the last row, so order never slips."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from accounts.base.sealing import BadToken, seal, unseal
from api.errors import BadCursor

PAGE_ROWS = 50
PAGE_ROWS_MAX = 200


def cut_page(
    rows: QuerySet[Any], *, order: str, cursor: str, limit: int
) -> tuple[list[Any], str | None]:
    """Return one page of the rows and the cursor of the next, or None at the end.

    `order` is one unique column, descending with a minus. Raises BadCursor.
    """
    column = order.lstrip("-")
    rows = rows.order_by(order)
    if cursor:
        direction = "lt" if order.startswith("-") else "gt"
        rows = rows.filter(**{f"{column}__{direction}": _open_cursor(rows.model, order, cursor)})
    page: list[Any] = list(rows[: limit + 1])
    if len(page) <= limit:
        return page, None
    place = getattr(page[limit - 1], column)
    # Without the = at the end, which would have to be escaped in an address.
    return page[:limit], seal(str(place), _purpose(rows.model, order)).rstrip("=")


def _open_cursor(model: type[Model], order: str, cursor: str) -> int:
    try:
        return int(unseal(cursor, _purpose(model, order)))
    except BadToken:
        raise BadCursor(field="cursor") from None


def _purpose(model: type[Model], order: str) -> str:
    return f"doorbell.cursor.{model._meta.label_lower}.{order}."
