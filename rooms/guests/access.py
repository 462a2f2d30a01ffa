from __future__ import annotations

from uuid import UUID

from accounts.tenants.models import Account
from rooms.guests.errors import GuestNotFound
from rooms.guests.models import Guest


def get_guest(account: Account, uuid: UUID) -> Guest:
    """Raises GuestNotFound."""
    found = Guest.objects.for_account(account).filter(uuid=uuid).first()
    if found is None:
        raise GuestNotFound
    return found
