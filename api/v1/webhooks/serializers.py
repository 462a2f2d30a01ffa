from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from api.serializers import OutputSerializer, StrictSerializer, sample
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.recording import EVENTS

WEBHOOK: dict[str, Any] = {
    "id": "2f7a8d53-c0e9-4c61-9a1f-6b1c5d2c0b3e",
    "url": "https://shop.example.com/doorbell",
    "description": "Shop system",
    "events": ["message.posted"],
    "enabled": True,
    "disabled_reason": "",
    "failing_since": None,
    "old_secret_until": None,
    "created_at": "2026-11-22T09:00:00Z",
}
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
WEBHOOK_DELIVERY: dict[str, Any] = {
    "id": "9c1e4bb5-8a3c-4c0f-9a1f-7f3f5b0c6a1d",
    "webhook": WEBHOOK["id"],
    "event": "message.posted",
    "payload": {
        "type": "message.posted",
        "timestamp": "2026-11-22T09:05:00.120000+00:00",
        "data": {
            "room": "5b0c9c1e-0e55-4bb5-8a3c-7f3f5b0c6a1d",
            "seq": 42,
            "client_id": "0d4e3b1c-6f0e-4d53-9c0e-0d3f6f3d9a10",
            "from": "9a1f6b1c-5d2c-4b3e-8d53-c0e92f7a4c61",
            "body": "Hi",
            "at": 1795338300120,
        },
    },
    "state": "sent",
    "attempts": 1,
    "next_at": "2026-11-22T09:05:00.120000Z",
    "response_status": 204,
    "note": "",
    "request": "POST https://shop.example.com/doorbell\nContent-Type: application/json\n…",
    "response": "204\n\n",
    "created_at": "2026-11-22T09:05:00.120000Z",
    "finished_at": "2026-11-22T09:05:00.310000Z",
}


@sample(WEBHOOK)
class WebhookOut(OutputSerializer):
    """An address of yours that is told what happens."""

    id = serializers.UUIDField(source="uuid")
    url = serializers.CharField()
    description = serializers.CharField()
    events = serializers.ListField(
        child=serializers.CharField(), help_text="Empty: all of them, also those still to come."
    )
    enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField(help_text="Why the service switched it off.")
    failing_since = serializers.DateTimeField(allow_null=True)
    old_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before the last rotation signs, too."
    )
    created_at = serializers.DateTimeField()


@sample({**WEBHOOK, "secret": SECRET})
class NewWebhookOut(WebhookOut):
    """The webhook and its secret."""

    secret = serializers.CharField(source="shown_secret", help_text="Shown once.")


class WebhookFields(StrictSerializer):
    description = serializers.CharField(required=False, allow_blank=True, max_length=120)
    events = serializers.ListField(
        child=serializers.ChoiceField(EVENTS), required=False, max_length=len(EVENTS)
    )


@sample({"url": WEBHOOK["url"], "events": ["message.posted"], "description": "Shop system"})
class WebhookBody(WebhookFields):
    """Whom to tell what."""

    url = serializers.CharField(max_length=500, help_text="https://…")


@sample({"events": ["message.posted", "guest.arrived"]})
class WebhookPatchBody(WebhookFields):
    """What to change."""

    url = serializers.CharField(required=False, max_length=500, help_text="https://…")


@sample(WEBHOOK_DELIVERY)
class WebhookDeliveryOut(OutputSerializer):
    """One event on its way to one webhook; `id` is its `webhook-id` header."""

    id = serializers.UUIDField(source="uuid")
    webhook = serializers.UUIDField(source="webhook.uuid")
    event = serializers.CharField()
    payload = serializers.SerializerMethodField()
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField()
    response_status = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(help_text="Why there was no answer, or why it was not sent.")
    request = serializers.CharField(source="request_excerpt", help_text="At most 2 KiB of it.")
    response = serializers.CharField(source="response_excerpt", help_text="At most 2 KiB of it.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_payload(self, delivery: WebhookDelivery) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(delivery.payload)
        return content


@sample({"since": "2026-11-22T09:00:00Z"})
class ReplayBody(StrictSerializer):
    """From when on."""

    since = serializers.DateTimeField()


@sample({"replayed": 3})
class ReplayOut(OutputSerializer):
    """How many deliveries are sent again."""

    replayed = serializers.IntegerField()
