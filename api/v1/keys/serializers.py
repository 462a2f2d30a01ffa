from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.keys.models import ApiKey
from api.serializers import OutputSerializer, PageQuery, StrictSerializer, sample

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
    "rotated_at": None,
}


@sample(KEY)
class KeyOut(OutputSerializer):
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
    rotated_at = serializers.DateTimeField(
        allow_null=True, help_text="When another key took its place; it works until `expires_at`."
    )


@sample({**KEY, "last_used_at": None, "key": "db_a1B2c3D4e5_…"})
class NewKeyOut(KeyOut):
    """The key and its text."""

    key = serializers.CharField(help_text="Shown once.")


@sample({"name": "Shop system", "scope": "write", "requests_a_minute": 600})
class KeyBody(StrictSerializer):
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


@sample({"overlap_hours": 24})
class KeyRotateBody(StrictSerializer):
    """How long the old key works on beside the new one."""

    overlap_hours = serializers.IntegerField(
        required=False, default=24, min_value=0, max_value=720, help_text="0 ends it at once."
    )


class KeyQuery(PageQuery):
    revoked = serializers.BooleanField(
        required=False, default=False, help_text="Revoked ones instead of those in use."
    )
