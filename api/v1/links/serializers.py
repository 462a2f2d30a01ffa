from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import OutputSerializer, PageQuery, StrictSerializer, sample
from rooms.links.addresses import link_url
from rooms.links.models import DirectLink

PREFILL_LIFETIME_DAYS = 30
LINK: dict[str, Any] = {
    "id": "3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10",
    "property": "9d0f1c0e-8a54-4b7e-9a53-7f0a1f5c2b11",
    "token": "7Kd2hQx9VbLm",
    "slug": None,
    "url": "https://chat.example.com/c/7Kd2hQx9VbLm",
    "label": "Website",
    "mode": "private",
    "not_before": None,
    "expires_at": None,
    "closes_rooms": False,
    "has_passcode": False,
    "guest_limit": None,
    "guest_count": 0,
    "created_at": "2026-11-22T09:00:00Z",
    "revoked_at": None,
    "paused_at": None,
}


@sample(LINK)
class LinkOut(OutputSerializer):
    """An address that opens a conversation."""

    id = serializers.UUIDField(source="uuid")
    property = serializers.UUIDField(source="property.uuid")
    token = serializers.CharField()
    slug = serializers.CharField(allow_null=True)
    url = serializers.SerializerMethodField(help_text="What you hand out.")
    label = serializers.CharField()  # type: ignore[assignment]
    mode = serializers.ChoiceField(DirectLink.Mode.choices)
    not_before = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    closes_rooms = serializers.BooleanField(
        help_text="Whether its end also closes the conversations that run."
    )
    has_passcode = serializers.SerializerMethodField()
    guest_limit = serializers.IntegerField(allow_null=True)
    guest_count = serializers.IntegerField(source="guests", help_text="Guests let in so far.")
    created_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)

    def get_url(self, link: DirectLink) -> str:
        return link_url(link)

    def get_has_passcode(self, link: DirectLink) -> bool:
        return bool(link.passcode)


@sample({"label": "Flyer", "mode": "private", "guest_limit": 100})
class LinkBody(StrictSerializer):
    """What you may say about a link; everything is optional."""

    label = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=80
    )
    mode = serializers.ChoiceField(DirectLink.Mode.choices, required=False)
    not_before = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    closes_rooms = serializers.BooleanField(required=False)
    passcode = serializers.CharField(
        required=False, allow_blank=True, max_length=64, help_text="“” takes it away."
    )
    guest_limit = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2_000_000_000
    )
    slug = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=60,
        help_text="A readable address instead of the token.",
    )
    paused = serializers.BooleanField(
        required=False, help_text="A paused link lets in only who has been here before."
    )


@sample({"count": 20, "label": "Table", "mode": "shared"})
class LinkBatchBody(LinkBody):
    """Many alike links; a label gets a number."""

    slug = None  # type: ignore[assignment]
    count = serializers.IntegerField(min_value=1, max_value=1000)


@sample({"items": [LINK]})
class LinkList(OutputSerializer):
    """What was made at once."""

    items = LinkOut(many=True)


@sample({"kick": False})
class RotateBody(StrictSerializer):
    """How to rotate."""

    kick = serializers.BooleanField(
        required=False, default=False, help_text="Also show out the guests who are inside."
    )


@sample({"facts": {"name": "Ann", "plan": "pro"}, "expires_at": "2099-01-01T00:00:00Z"})
class PrefillBody(StrictSerializer):
    """Facts you vouch for; `name` is what the guest is called."""

    facts = serializers.DictField(child=serializers.JSONField())
    expires_at = serializers.DateTimeField(
        required=False, help_text=f"Default: in {PREFILL_LIFETIME_DAYS} days."
    )

    def validate_facts(self, facts: dict[str, Any]) -> dict[str, Any]:
        for name, value in facts.items():
            if not isinstance(value, str | int | float | bool):
                raise serializers.ValidationError({name: ["A fact is text, a number or a yes/no."]})
        return facts


@sample(
    {
        "prefill": "eyJmIjp7Im5hbWUiOiJBbm4ifX0.Vb1…",
        "url": "https://chat.example.com/c/7Kd2hQx9VbLm?prefill=eyJmIjp7Im5hbWUiOiJBbm4ifX0.Vb1…",
        "expires_at": "2099-01-01T00:00:00Z",
    }
)
class PrefillOut(OutputSerializer):
    """An address of one guest."""

    prefill = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LinkQuery(PageQuery):
    revoked = serializers.BooleanField(
        required=False, default=False, help_text="Revoked ones instead of those in service."
    )
