from __future__ import annotations

from uuid import UUID

from accounts.base.errors import NotFound
from accounts.tenants.models import Account
from rooms.arrivals.models import Arrival


def get_arrival(account: Account, uuid: UUID) -> Arrival:
    """Raises NotFound."""
    rows = Arrival.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("link", "guest", "room").first()
    if found is None:
        raise NotFound
    return found
