from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from api.serializers import OutputSerializer, PageQuery, StrictSerializer, sample
from api.v1.links.serializers import LINK, LinkOut
from rooms.properties.models import Property

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
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    links = LinkOut(
        many=True,
        source="first_links",
        help_text="The oldest links that are not revoked, at most 20; all are at /links.",
    )


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
    paused = serializers.BooleanField(
        required=False, help_text="While paused, its links let in only who has been here before."
    )


@sample({"name": "Our shop", "greeting": "Hello!"})
class PropertyPatchBody(PropertyBody):
    """What to change; what is left out stays."""

    name = serializers.CharField(max_length=80, required=False)


class PropertyQuery(PageQuery):
    archived = serializers.BooleanField(
        required=False, default=False, help_text="Archived ones instead of those in service."
    )
