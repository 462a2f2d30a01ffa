from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.base.access import find_only
from accounts.tenants.models import Account


def get_any_account(name: str, rows: QuerySet[Account] | None = None) -> Account:
    """Return an account of the installation by its id or external_id; only for the platform.

    Deleted ones are found while they can be restored. Raises NotFound.
    """
    rows = Account.objects.all() if rows is None else rows
    try:
        by_id = rows.filter(uuid=UUID(name)).first()
    except ValueError:
        by_id = None
    # PostgreSQL has no NUL, so nobody has it in a name.
    return by_id or find_only(rows.filter(external_id=name.replace("\0", "\ufffd")))
