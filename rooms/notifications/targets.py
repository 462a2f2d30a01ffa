"""Adding addresses to call, whatever their channel."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.base.errors import Invalid, NotFound
from accounts.targets.models import Target
from accounts.targets.services import add_target
from accounts.team.models import Membership
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.http import mark


def add_address(
    *, membership: Membership, kind: str, address: dict[str, Any], is_proven: bool = False
) -> Target:
    """Add what the channel's `parse` returned; it counts at once if it is known to be theirs.

    Raises Invalid where the channel is not set up, Conflict if it is there already, LimitReached.
    """
    channel = channel_of(kind)
    if not channel.is_available:
        raise Invalid("This channel is not set up here.", field="kind")
    return add_target(
        membership,
        kind,
        address,
        identity=channel.identify(address),
        is_proven=is_proven or channel.is_proven(membership, address),
    )


@transaction.atomic
def replace_subscription(*, old: str, new: str) -> None:
    """Put a browser's new subscription where its old endpoint stands. Raises Invalid, NotFound.

    A browser may be the target of several people; all of them move.
    """
    channel = channel_of("webpush")
    address = channel.parse_text(new, "")
    targets = Target.objects.select_for_update().filter(kind=channel.kind)
    found = list(targets.filter(address__mark=mark(old)))
    if not found:
        raise NotFound
    for target in found:
        target.address = address | {"device": target.address.get("device", "")}
        target.save(update_fields=["address"])
