from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from api.serializers import OutputSerializer, PageQuery, StrictSerializer, sample
from api.v1.links.serializers import LINK, LinkOut
from rooms.properties.models import MAX_IDLE_DAYS, MAX_RETENTION_DAYS, Property, RetentionRun

PROPERTY: dict[str, Any] = {
    "id": "9d0f1c0e-8a54-4b7e-9a53-7f0a1f5c2b11",
    "name": "Shop",
    "color": "#0a7d5a",
    "greeting": "Hello, how can we help?",
    "offline_text": "We are back at nine.",
    "languages": ["en"],
    "nickname": "optional",
    "storage": "keep",
    "transport": "direct",
    "call_after_s": 0,
    "idle_days": 7,
    "addresses": "none",
    "privacy_url": "https://example.com/privacy",
    "consent": True,
    "consent_version": 1,
    "retention_messages_days": 365,
    "retention_files_days": 30,
    "retention_arrivals_days": None,
    "retention_addresses_days": 0,
    "created_at": "2026-11-22T09:00:00Z",
    "archived_at": None,
    "paused_at": None,
    "links": [LINK],
}


@sample(PROPERTY)
class PropertyOut(OutputSerializer):
    """A place where people can ring."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    color = serializers.CharField()
    greeting = serializers.CharField()
    offline_text = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    nickname = serializers.ChoiceField(Property.Nickname.choices)
    storage = serializers.ChoiceField(Property.Storage.choices)
    transport = serializers.ChoiceField(Property.Transport.choices)
    call_after_s = serializers.IntegerField()
    idle_days = serializers.IntegerField(
        allow_null=True,
        help_text="Conversations are closed after so many days without a word; null or 0: never.",
    )
    addresses = serializers.ChoiceField(
        Property.Addresses.choices, help_text="What is noted of the address a guest came from."
    )
    privacy_url = serializers.CharField()
    consent = serializers.BooleanField(
        help_text="Whether guests are told that by writing they agree to the privacy notice."
    )
    consent_version = serializers.IntegerField(help_text="Grows when what they agree to changes.")
    retention_messages_days = serializers.IntegerField(
        allow_null=True, help_text="Null: for ever, 0: until the conversation is closed."
    )
    retention_files_days = serializers.IntegerField(allow_null=True)
    retention_arrivals_days = serializers.IntegerField(allow_null=True)
    retention_addresses_days = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    links = LinkOut(
        many=True,
        source="first_links",
        help_text="The oldest links that are not revoked, at most 20; all are at /links.",
    )


class RetentionField(serializers.IntegerField):
    """Days; null for ever, 0 until the conversation is closed."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True, min_value=0, max_value=MAX_RETENTION_DAYS)


@sample({"name": "Shop", "color": "#0a7d5a", "languages": ["en"], "storage": "keep"})
class PropertyBody(StrictSerializer):
    """What you may say about a property; only `name` is needed to create one."""

    name = serializers.CharField(max_length=80)
    color = serializers.RegexField(r"^#[0-9A-Fa-f]{6}$", required=False)
    greeting = serializers.CharField(required=False, allow_blank=True, max_length=500)
    offline_text = serializers.CharField(required=False, allow_blank=True, max_length=500)
    languages = serializers.ListField(
        child=serializers.ChoiceField(settings.LANGUAGES), required=False, max_length=20
    )
    nickname = serializers.ChoiceField(Property.Nickname.choices, required=False)
    storage = serializers.ChoiceField(Property.Storage.choices, required=False)
    transport = serializers.ChoiceField(Property.Transport.choices, required=False)
    call_after_s = serializers.IntegerField(required=False, min_value=0, max_value=604_800)
    idle_days = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MAX_IDLE_DAYS
    )
    paused = serializers.BooleanField(
        required=False, help_text="While paused, its links let in only who has been here before."
    )
    addresses = serializers.ChoiceField(Property.Addresses.choices, required=False)
    privacy_url = serializers.CharField(required=False, allow_blank=True, max_length=300)
    consent = serializers.BooleanField(required=False)
    retention_messages_days = RetentionField()
    retention_files_days = RetentionField()
    retention_arrivals_days = RetentionField()
    retention_addresses_days = RetentionField()


@sample({"name": "Our shop", "greeting": "Hello!"})
class PropertyPatchBody(PropertyBody):
    """What to change; what is left out stays."""

    name = serializers.CharField(max_length=80, required=False)


class PropertyQuery(PageQuery):
    archived = serializers.BooleanField(
        required=False, default=False, help_text="Archived ones instead of those in service."
    )


@sample(
    {
        "id": "f3a0c1de-77aa-4c9d-9a3b-2f9f8f2c1d00",
        "kind": "messages",
        "until": "2025-11-22T00:03:12Z",
        "at_close": False,
        "removed": 214,
        "started_at": "2026-11-22T00:03:12Z",
        "finished_at": "2026-11-22T00:03:13Z",
    }
)
class RetentionRunOut(OutputSerializer):
    """What was removed of one kind on one day, because its time was over."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.ChoiceField(RetentionRun.Kind.choices)
    until = serializers.DateTimeField(help_text="What is older was removed.")
    at_close = serializers.BooleanField(help_text="What was closed by `until` was removed.")
    removed = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
