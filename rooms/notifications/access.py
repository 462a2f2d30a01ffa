from __future__ import annotations

from uuid import UUID

from accounts.base.errors import NotFound
from accounts.tenants.models import Account
from rooms.notifications.models import Delivery


def get_delivery(account: Account, uuid: UUID) -> Delivery:
    """Raises NotFound."""
    rows = Delivery.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("arrival", "target").first()
    if found is None:
        raise NotFound
    return found
