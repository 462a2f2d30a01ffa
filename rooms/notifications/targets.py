"""Adding addresses to call, whatever their channel."""

from __future__ import annotations

from typing import Any

from accounts.targets.models import Target
from accounts.targets.services import add_target
from accounts.team.models import Membership
from rooms.notifications.channels import channel_of


def add_address(*, membership: Membership, kind: str, address: dict[str, Any]) -> Target:
    """Add what the channel's `parse` returned; it counts at once if it is known to be theirs.

    Raises Conflict if it is there already, LimitReached.
    """
    channel = channel_of(kind)
    return add_target(
        membership,
        kind,
        address,
        identity=channel.identify(address),
        is_proven=channel.is_proven(membership, address),
    )
