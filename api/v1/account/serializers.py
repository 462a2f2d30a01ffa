from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.keys.models import ApiKey
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.tenants.models import Account
from api.serializers.base import Output, PageQuery, Strict, sample
from rooms.notifications.transports import transport_of

ACCOUNT: dict[str, Any] = {
    "id": "1f0e6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
    "name": "Ann's shop",
    "status": "active",
    "created_at": "2026-11-22T09:00:00Z",
    "limits": {"members": 50, "properties": 200, "links": 10000},
}
MEMBER: dict[str, Any] = {
    "id": "4c0f6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
    "name": "Bob",
    "email": "bob@example.com",
    "role": "agent",
    "created_at": "2026-11-22T09:00:00Z",
}
INVITATION: dict[str, Any] = {
    "id": "7f3f5b0c-9c1e-4bb5-8a3c-4c0f6a1d0e55",
    "email": "cleo@example.com",
    "role": "agent",
    "created_at": "2026-11-22T09:00:00Z",
    "expires_at": "2026-11-29T09:00:00Z",
}
KEY: dict[str, Any] = {
    "id": "8d53c0e9-2f7a-4c61-9a1f-6b1c5d2c0b3e",
    "name": "Shop system",
    "prefix": "a1B2c3D4e5",
    "scope": "write",
    "requests_a_minute": None,
    "created_at": "2026-11-22T09:00:00Z",
    "expires_at": None,
    "last_used_at": "2026-11-22T09:05:00Z",
    "revoked_at": None,
}
TARGET: dict[str, Any] = {
    "id": "4d530c3e-6a1b-4c61-9a1f-5d2e0b992f7c",
    "member": MEMBER["id"],
    "kind": "email",
    "address": "bob@example.com",
    "enabled": True,
    "verified_at": "2026-11-22T09:00:00Z",
    "last_error": "",
    "created_at": "2026-11-22T09:00:00Z",
}
AUDIT: dict[str, Any] = {
    "id": "6b1c5d2c-0b3e-4c61-9a1f-8d53c0e92f7a",
    "at": "2026-11-22T09:05:00Z",
    "actor": "key:8d53c0e9-2f7a-4c61-9a1f-6b1c5d2c0b3e",
    "actor_name": "Shop system",
    "action": "link.created",
    "object": "3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10",
    "data": {"label": "Flyer"},
}


@sample(ACCOUNT)
class AccountOut(Output):
    """The tenant, and what it may have."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    status = serializers.ChoiceField(Account.Status.choices)
    created_at = serializers.DateTimeField()
    limits = serializers.DictField(child=serializers.IntegerField(), source="limits_in_force")


@sample({"name": "Ann's shop"})
class AccountBody(Strict):
    """What to change."""

    name = serializers.CharField(required=False, max_length=80)


class UsageLineOut(Output):
    name = serializers.CharField()
    used = serializers.IntegerField()
    allowed = serializers.IntegerField()


@sample({"items": [{"name": "properties", "used": 1, "allowed": 200}]})
class UsageOut(Output):
    """How much of each limit is used."""

    items = UsageLineOut(many=True)


@sample(MEMBER)
class MemberOut(Output):
    """A person in the account."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField(source="user.display_name")
    email = serializers.CharField(source="user.email")
    role = serializers.ChoiceField(Membership.Role.choices)
    created_at = serializers.DateTimeField()


@sample({"role": "admin"})
class MemberBody(Strict):
    """What to change."""

    role = serializers.ChoiceField(Membership.Role.choices)


@sample(INVITATION)
class InvitationOut(Output):
    """An offer to join the account."""

    id = serializers.UUIDField(source="uuid")
    email = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


@sample({**INVITATION, "url": "https://chat.example.com/invitations/Hx2…", "sent": True})
class NewInvitationOut(InvitationOut):
    """The invitation and its link, which is not shown again."""

    url = serializers.CharField(help_text="Where the invited person joins; shown once.")
    sent = serializers.BooleanField(help_text="Whether the mail went out.")


@sample({"email": "cleo@example.com", "role": "agent"})
class InvitationBody(Strict):
    """Whom to invite."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(
        Membership.Role.choices, required=False, default=Membership.Role.AGENT
    )


@sample(KEY)
class KeyOut(Output):
    """What a program signs in with; the secret is never shown again."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(ApiKey.Scope.choices)
    requests_a_minute = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


@sample({**KEY, "last_used_at": None, "key": "db_a1B2c3D4e5_…"})
class NewKeyOut(KeyOut):
    """The key and its text."""

    key = serializers.CharField(help_text="Shown once.")


@sample({"name": "Shop system", "scope": "write", "requests_a_minute": 600})
class KeyBody(Strict):
    """What the key may do."""

    name = serializers.CharField(max_length=80)
    scope = serializers.ChoiceField(
        [ApiKey.Scope.READ, ApiKey.Scope.WRITE, ApiKey.Scope.ADMIN],
        required=False,
        default=ApiKey.Scope.WRITE,
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    requests_a_minute = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=1_000_000
    )


class KeyQuery(PageQuery):
    revoked = serializers.BooleanField(
        required=False, default=False, help_text="Revoked ones instead of those in use."
    )


@sample(TARGET)
class TargetOut(Output):
    """Where a member wants to be called."""

    id = serializers.UUIDField(source="uuid")
    member = serializers.UUIDField(source="membership.uuid")
    kind = serializers.ChoiceField(Target.Kind.choices)
    address = serializers.SerializerMethodField(help_text="As its owner would recognise it.")
    enabled = serializers.BooleanField()
    verified_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_address(self, target: Target) -> str:
        return transport_of(target.kind).describe(target)


@sample({"member": MEMBER["id"], "kind": "email", "address": "bob@example.com"})
class TargetBody(Strict):
    """Whom to call where. An address that is not proven gets a mail and counts after that."""

    member = serializers.UUIDField(
        required=False, help_text="Needed with an API key; a signed-in member adds their own."
    )
    kind = serializers.ChoiceField([Target.Kind.EMAIL], required=False)
    address = serializers.EmailField(max_length=254)


@sample({"enabled": False})
class TargetPatchBody(Strict):
    """What to change."""

    enabled = serializers.BooleanField()


@sample(AUDIT)
class AuditEventOut(Output):
    """Who did what."""

    id = serializers.UUIDField(source="uuid")
    at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="`user:<id>`, `key:<id>` or `system`.")
    actor_name = serializers.CharField()
    action = serializers.CharField()
    object = serializers.UUIDField(source="object_id", allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]
