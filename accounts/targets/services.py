"""Where members are called. An address counts only once its reader has agreed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.base.errors import Conflict, LimitReached, NotFound
from accounts.base.sealing import BadToken, Signature
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.users.models import User

# Enough for people, and a bound on what one member can make us send.
TARGETS_PER_MEMBER = 10
CONFIRM_WITHIN_S = 3 * 86_400
_signature = Signature("doorbell.target", sep=":", dated=True)


@transaction.atomic
def add_target(
    membership: Membership,
    kind: str,
    address: dict[str, Any],
    *,
    identity: dict[str, Any],
    is_proven: bool,
) -> Target:
    """Add an address to call; `identity` is the part of it that no second one may have.

    Raises Conflict if it is there already, LimitReached.
    """
    Membership.objects.select_for_update().only("id").get(pk=membership.pk)
    if membership.targets.filter(kind=kind, **_within_address(identity)).exists():
        raise Conflict("This address is on your list already.")
    if membership.targets.count() >= TARGETS_PER_MEMBER:
        raise LimitReached("targets", TARGETS_PER_MEMBER)
    return Target.objects.create(
        account_id=membership.account_id,
        membership=membership,
        kind=kind,
        address=address,
        verified_at=timezone.now() if is_proven else None,
    )


def sign_target(target: Target, identity: dict[str, Any]) -> str:
    """Return the token by which its reader agrees; it holds for this address only."""
    return _signature.sign_object({"target": str(target.uuid), **identity})


@transaction.atomic
def confirm_target(token: str) -> Target:
    """Verify the target named by the token. A repeat changes nothing. Raises NotFound."""
    try:
        facts = _signature.read_object(token, CONFIRM_WITHIN_S)
    except BadToken:
        raise NotFound("This confirmation link is no longer valid.") from None
    uuid = facts.pop("target")
    found = Target.objects.filter(uuid=uuid, **_within_address(facts)).first()
    if found is None:
        raise NotFound("This confirmation link is no longer valid.")
    if found.verified_at is None:
        found.verified_at = timezone.now()
        found.save(update_fields=["verified_at"])
    return found


def verify_email(user: User, email: str) -> None:
    """Verify the user's targets at an address they have just proven to be theirs."""
    Target.objects.filter(
        membership__user=user,
        kind="email",
        address__email=email.lower(),
        verified_at=None,
    ).update(verified_at=timezone.now())


def _within_address(facts: dict[str, Any]) -> dict[str, Any]:
    return {f"address__{name}": value for name, value in facts.items()}


def set_target_enabled(target: Target, enabled: bool) -> Target:
    """Switch it on or off, as its member says now, which also ends a pause."""
    target.enabled, target.snoozed_until = enabled, None
    target.save(update_fields=["enabled", "snoozed_until"])
    return target


def remove_target(target: Target) -> None:
    target.delete()
