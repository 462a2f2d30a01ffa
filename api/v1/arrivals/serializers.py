from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers import OutputSerializer, sample
from api.v1.conversations.serializers import ROOM
from api.v1.guests.serializers import GUEST
from rooms.arrivals.models import Arrival

ARRIVAL: dict[str, Any] = {
    "id": "0c3e6a1b-4c61-4d53-9a1f-5d2e0b992f7c",
    "link": "3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10",
    "guest": GUEST["id"],
    "room": ROOM["id"],
    "at": "2026-11-22T09:00:00Z",
    "last_seen_at": "2026-11-22T09:05:00Z",
    "called_at": "2026-11-22T09:00:12Z",
    "answered_at": None,
    "address": "203.0.113.0/24",
}


@sample(ARRIVAL)
class ArrivalOut(OutputSerializer):
    """One visit of one guest through a link."""

    id = serializers.UUIDField(source="uuid")
    link = serializers.UUIDField(source="link.uuid")
    guest = serializers.UUIDField(source="guest.uuid")
    room = serializers.SerializerMethodField(
        help_text="Null once the room, left without a word, was tidied away."
    )
    at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    called_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)

    address = serializers.CharField(
        help_text="The net they came from, where the property notes it; else empty."
    )

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_room(self, arrival: Arrival) -> str | None:
        return str(arrival.room.uuid) if arrival.room is not None else None
