from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from accounts.audit import trail
from accounts.base import hooks
from accounts.base.errors import Conflict, Forbidden, Invalid
from accounts.limits import limits
from accounts.team.models import Membership

LAST_OWNER = "An account needs an owner. Make somebody else owner first."


@transaction.atomic
def change_role(
    *,
    membership: Membership,
    role: str,
    by: Membership | None = None,
    actor: trail.Actor = None,
) -> Membership:
    """Give the member another role; `by` is the member who asks.

    Without `by` it is a program or the service itself, as `actor` says, and may do anything.

    Raises Forbidden if an owner is touched or made by somebody who is none, Conflict for the
    last owner.
    """
    _refuse_above(by, membership.role, role)
    if membership.role == role:
        return membership
    limits.lock_account(membership.account)
    if membership.role == Membership.Role.OWNER:
        _refuse_last_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    trail.record(
        membership.account,
        by.user if by else actor,
        "member.role_changed",
        membership.uuid,
        email=membership.user.email,
        before=before,
        after=role,
    )
    hooks.role_changed.send(Membership, membership=membership, actor=by.user if by else actor)
    return membership


@transaction.atomic
def remove_member(
    *,
    membership: Membership,
    by: Membership | None = None,
    actor: trail.Actor = None,
    keep_keys: Collection[UUID] = (),
) -> None:
    """Take the member out of the account, together with their targets and keys; sockets close.

    `keep_keys` names keys that go on, as those of who removes. Members may always leave
    themselves, and keep none. Raises Forbidden, Conflict for the last owner, Invalid.
    """
    if by is None or by.pk != membership.pk:
        _refuse_above(by, membership.role)
    elif keep_keys:
        raise Invalid("Who leaves keeps no keys.", field="keep_keys")
    limits.lock_account(membership.account)
    if membership.role == Membership.Role.OWNER:
        _refuse_last_owner(membership)
    actor = by.user if by else actor
    trail.record(
        membership.account,
        actor,
        "member.removed",
        membership.uuid,
        email=membership.user.email,
    )
    # While it is still known where they took part.
    hooks.member_removed.send(
        Membership,
        membership_uuid=membership.uuid,
        membership=membership,
        keep_keys=keep_keys,
        actor=actor,
    )
    membership.delete()


def _refuse_above(by: Membership | None, *roles: str) -> None:
    if by is None or by.role == Membership.Role.OWNER:
        return
    if not by.is_manager or Membership.Role.OWNER in roles:
        raise Forbidden


def _refuse_last_owner(membership: Membership) -> None:
    owners = Membership.objects.for_account(membership.account).filter(role=Membership.Role.OWNER)
    if not owners.exclude(pk=membership.pk).exists():
        raise Conflict(LAST_OWNER)


def set_on_duty(*, membership: Membership, on_duty: bool) -> Membership:
    """Note whether the member is on duty: who is not, is not called by steps for those who are."""
    membership.on_duty = on_duty
    membership.save(update_fields=["on_duty"])
    return membership
