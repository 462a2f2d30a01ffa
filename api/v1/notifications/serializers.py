from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.targets.models import Target
from api.serializers import OutputSerializer, StrictSerializer, sample
from api.v1.arrivals.serializers import ARRIVAL
from api.v1.team.serializers import MEMBER
from rooms.notifications.channels import KINDS, channel_of
from rooms.notifications.models import Delivery

TARGET: dict[str, Any] = {
    "id": "4d530c3e-6a1b-4c61-9a1f-5d2e0b992f7c",
    "member": MEMBER["id"],
    "kind": "email",
    "address": "bob@example.com",
    "enabled": True,
    "verified_at": "2026-11-22T09:00:00Z",
    "snoozed_until": None,
    "last_error": "",
    "created_at": "2026-11-22T09:00:00Z",
}


@sample(TARGET)
class TargetOut(OutputSerializer):
    """Where a member wants to be called."""

    id = serializers.UUIDField(source="uuid")
    member = serializers.UUIDField(source="membership.uuid")
    kind = serializers.ChoiceField(KINDS)
    address = serializers.SerializerMethodField(help_text="As its owner would recognise it.")
    enabled = serializers.BooleanField()
    verified_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(
        allow_null=True, help_text="Nothing is sent there before."
    )
    last_error = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_address(self, target: Target) -> str:
        return channel_of(target.kind).describe(target)


@sample({"member": MEMBER["id"], "kind": "email", "address": "bob@example.com"})
class TargetBody(StrictSerializer):
    """Whom to call where. An address that is not proven is asked, and counts after that."""

    member = serializers.UUIDField(
        required=False, help_text="Needed with an API key; a signed-in member adds their own."
    )
    kind = serializers.ChoiceField(KINDS, required=False)
    address = serializers.CharField(max_length=2_000, help_text="As the kind has them.")
    token = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Where the kind wants one."
    )


@sample({"enabled": False})
class TargetPatchBody(StrictSerializer):
    """What to change."""

    enabled = serializers.BooleanField()


DELIVERY: dict[str, Any] = {
    "id": "b992f7c5-d2e0-4c61-9a1f-0c3e6a1b4d53",
    "arrival": ARRIVAL["id"],
    "target": "4d530c3e-6a1b-4c61-9a1f-5d2e0b992f7c",
    "state": "sent",
    "attempts": 1,
    "note": "",
    "created_at": "2026-11-22T09:00:00Z",
    "next_at": "2026-11-22T09:00:00Z",
    "finished_at": "2026-11-22T09:00:12Z",
}


@sample(DELIVERY)
class DeliveryOut(OutputSerializer):
    """One try-until-done of one target about one arrival."""

    id = serializers.UUIDField(source="uuid")
    arrival = serializers.UUIDField(source="arrival.uuid")
    target = serializers.UUIDField(source="target.uuid")
    state = serializers.ChoiceField(Delivery.State.choices)
    attempts = serializers.IntegerField()
    note = serializers.CharField(help_text="Why it was skipped, or what the last try answered.")
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
