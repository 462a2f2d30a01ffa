from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.tenants.models import Account
from api.serializers import OutputSerializer, StrictSerializer, sample

ACCOUNT: dict[str, Any] = {
    "id": "1f0e6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
    "name": "Ann's shop",
    "status": "active",
    "created_at": "2026-11-22T09:00:00Z",
    "mfa_required": False,
    "limits": {"members": 50, "properties": 200, "links": 10000},
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
class AccountOut(OutputSerializer):
    """The tenant, and what it may have."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    status = serializers.ChoiceField(Account.Status.choices)
    created_at = serializers.DateTimeField()
    mfa_required = serializers.BooleanField(
        help_text="Whether every member must set up a second factor."
    )
    limits = serializers.DictField(child=serializers.IntegerField(), source="limits_in_force")


@sample({"name": "Ann's shop"})
class AccountBody(StrictSerializer):
    """What to change."""

    name = serializers.CharField(required=False, max_length=80)
    mfa_required = serializers.BooleanField(
        required=False, help_text="Owners' sessions and keys with the scope `admin` alone."
    )


class UsageLineOut(OutputSerializer):
    name = serializers.CharField()
    used = serializers.IntegerField()
    allowed = serializers.IntegerField()


@sample({"items": [{"name": "properties", "used": 1, "allowed": 200}]})
class UsageOut(OutputSerializer):
    """How much of each limit is used."""

    items = UsageLineOut(many=True)


@sample(AUDIT)
class AuditEventOut(OutputSerializer):
    """Who did what."""

    id = serializers.UUIDField(source="uuid")
    at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="`user:<id>`, `key:<id>` or `system`.")
    actor_name = serializers.CharField()
    action = serializers.CharField()
    object = serializers.UUIDField(source="object_id", allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]
