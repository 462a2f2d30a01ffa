from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.serializers import OutputSerializer, PageQuery, StrictSerializer, sample
from rooms.blocks.models import Block
from rooms.blocks.services import REASON_MAX_CHARS

BLOCK: dict[str, Any] = {
    "id": "0b0f6c39-4c43-4c55-8d5a-9a3c9a0d1e77",
    "kind": "guest",
    "guest": "6a1b0c3e-9d53-4c61-8a1f-2f7c5d2e0b99",
    "guest_name": "Ann",
    "reason": "Insults",
    "by": "Alice",
    "created_at": "2026-11-22T09:00:00Z",
    "ends_at": "2026-11-23T09:00:00Z",
    "ended_at": None,
}


@sample(BLOCK)
class BlockOut(OutputSerializer):
    """Somebody who may not come in; of a device or a range only that it is one is known."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.ChoiceField(Block.Kind.choices)
    guest = serializers.SerializerMethodField(help_text="null once they are erased.")
    guest_name = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.CharField(source="actor_name")
    created_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_guest(self, block: Block) -> UUID | None:
        return block.guest.uuid if block.guest is not None else None


@sample({"reason": "Insults", "ends_at": "2099-01-01T00:00:00Z", "device": True})
class BlockBody(StrictSerializer):
    """How far and how long; without anything the guest alone, for good."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON_MAX_CHARS)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    device = serializers.BooleanField(
        required=False, help_text="Also their devices of the last 30 days."
    )
    network = serializers.BooleanField(
        required=False, help_text="Also the ranges (/24, /48) they came from in the last 30 days."
    )


class BlockQuery(PageQuery):
    ended = serializers.BooleanField(
        required=False, default=False, help_text="Ended ones instead of those in force."
    )
