from __future__ import annotations

from uuid import UUID

from accounts.tenants.models import Account
from rooms.properties.errors import PropertyNotFound
from rooms.properties.models import Property


def get_property(account: Account, uuid: UUID) -> Property:
    """Raises PropertyNotFound."""
    found = Property.objects.for_account(account).filter(uuid=uuid).first()
    if found is None:
        raise PropertyNotFound
    return found
