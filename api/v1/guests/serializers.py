from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import OutputSerializer, StrictSerializer, sample

GUEST: dict[str, Any] = {
    "id": "6a1b0c3e-9d53-4c61-8a1f-2f7c5d2e0b99",
    "nickname": "Ann",
    "name": "Ann",
    "language": "en",
    "details": {"plan": "pro"},
    "created_at": "2026-11-22T09:00:00Z",
    "last_seen_at": "2026-11-22T09:05:00Z",
    "blocked_at": None,
}


@sample(GUEST)
class GuestOut(OutputSerializer):
    """Somebody who came by a link."""

    id = serializers.UUIDField(source="uuid")
    nickname = serializers.CharField()
    name = serializers.CharField(source="display_name", help_text="What people see.")
    language = serializers.CharField()
    details = serializers.DictField(help_text="What a signed prefill or a program told.")
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    blocked_at = serializers.DateTimeField(allow_null=True)


class FactField(serializers.JSONField):
    """Text, a number, a yes/no or null."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return serializers.CharField(max_length=200, allow_blank=True).run_validation(data)
        if data is not None and not isinstance(data, bool | int | float):
            raise serializers.ValidationError("A fact is text, a number, a yes/no or null.")
        return data


@sample({"nickname": "Ann B.", "details": {"plan": "pro"}})
class GuestBody(StrictSerializer):
    """What to change; what is left out stays. `details` replaces all facts."""

    nickname = serializers.CharField(required=False, allow_blank=True, max_length=60)
    language = serializers.CharField(required=False, allow_blank=True, max_length=10)
    details = serializers.DictField(child=FactField(allow_null=True), required=False)
