from __future__ import annotations

from uuid import UUID

from accounts.base.access import find_only
from accounts.keys.models import ApiKey
from accounts.tenants.models import Account


def get_api_key(account: Account, uuid: UUID) -> ApiKey:
    """Raises NotFound."""
    return find_only(ApiKey.objects.for_account(account).filter(uuid=uuid))
