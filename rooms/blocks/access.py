from __future__ import annotations

from uuid import UUID

from accounts.tenants.models import Account
from rooms.blocks.errors import BlockNotFound
from rooms.blocks.models import Block


def get_block(account: Account, uuid: UUID) -> Block:
    """Raises BlockNotFound."""
    found = Block.objects.for_account(account).filter(uuid=uuid).select_related("guest").first()
    if found is None:
        raise BlockNotFound
    return found
