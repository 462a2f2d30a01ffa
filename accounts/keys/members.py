"""Keys end with the member who made them and shrink with the role."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from accounts.audit import trail
from accounts.base import hooks
from accounts.base.errors import Invalid
from accounts.keys.models import ApiKey, ApiKeyQuerySet
from accounts.keys.services import reduce_api_key, revoke_api_key
from accounts.team.models import Membership
from accounts.users.models import User


def list_keys(membership: Membership) -> ApiKeyQuerySet:
    """Return the live keys that this member made in the account."""
    made = ApiKey.objects.for_account(membership.account).live()
    return made.filter(created_by=membership.user).select_related("account").order_by("pk")


def end_keys(
    membership: Membership, keep_keys: Collection[UUID], actor: trail.Actor, **_: Any
) -> None:
    """Revoke what a removed member made, except the named keys: those get who removed them.

    Raises Invalid if a named key is not theirs.
    """
    keys = list(list_keys(membership))
    if set(keep_keys) - {key.uuid for key in keys}:
        raise Invalid("This member has no such key.", field="keep_keys")
    for key in keys:
        if key.uuid not in keep_keys:
            revoke_api_key(key, actor)
            continue
        key.created_by = actor if isinstance(actor, User) else None
        key.save(update_fields=["created_by"])
        trail.record(membership.account, actor, "api_key.kept", key.uuid, name=key.name)


def shrink_keys(membership: Membership, actor: trail.Actor, **_: Any) -> None:
    """Leave the keys of who is no manager any more nothing but reading."""
    if membership.is_manager:
        return
    for key in list_keys(membership).exclude(scope=ApiKey.Scope.READ):
        reduce_api_key(key, actor)


def listen() -> None:
    """Answer what the team did; called once at start."""
    hooks.member_removed.connect(end_keys)
    hooks.role_changed.connect(shrink_keys)
