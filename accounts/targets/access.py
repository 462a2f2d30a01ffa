from __future__ import annotations

from uuid import UUID

from accounts.base.access import find_only
from accounts.targets.models import Target
from accounts.team.models import Membership


def get_target(membership: Membership, uuid: UUID) -> Target:
    """Return one of the member's own targets. Raises NotFound."""
    return find_only(membership.targets.filter(uuid=uuid))
