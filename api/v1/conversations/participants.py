from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import OutputSerializer, sample
from api.v1.conversations.serializers import ROOM
from api.v1.guests.serializers import GUEST
from rooms.conversations.models import Participant

PARTICIPANT: dict[str, Any] = {
    "id": "9a1f5d2c-0b3e-4c61-8d53-2f7a6b1c0e99",
    "kind": "guest",
    "name": "Ann",
    "guest": GUEST["id"],
    "member": None,
    "external_id": None,
    "read_seq": 41,
    "delivered_seq": 42,
    "transport": "host",
    "consent_version": 1,
    "consented_at": "2026-11-22T09:00:40Z",
    "joined_at": "2026-11-22T09:00:00Z",
}


@sample(PARTICIPANT)
class ParticipantOut(OutputSerializer):
    """A guest, a member or a program in a room."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.ChoiceField(Participant.Kind.choices)
    name = serializers.CharField()
    guest = serializers.SerializerMethodField(help_text="The guest's id.")
    member = serializers.SerializerMethodField(help_text="The member's id.")
    external_id = serializers.CharField(allow_null=True)
    read_seq = serializers.IntegerField()
    delivered_seq = serializers.IntegerField()
    transport = serializers.CharField(help_text="How their text travels, as last reported.")
    consent_version = serializers.IntegerField(
        help_text="Which consent line their page showed; 0: none."
    )
    consented_at = serializers.DateTimeField(
        allow_null=True, help_text="When they wrote below it first."
    )
    joined_at = serializers.DateTimeField()

    def get_guest(self, participant: Participant) -> str | None:
        return str(participant.guest.uuid) if participant.guest is not None else None

    def get_member(self, participant: Participant) -> str | None:
        return str(participant.membership.uuid) if participant.membership is not None else None


class PresentOut(OutputSerializer):
    participant = serializers.UUIDField()
    connections = serializers.IntegerField()


@sample({"participants": [{"participant": PARTICIPANT["id"], "connections": 1}]})
class RoomPresenceOut(OutputSerializer):
    """Who is connected to the room now."""

    participants = PresentOut(many=True)


@sample(
    {"available": True, "members": ["4c0f6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e"], "rooms": [ROOM["id"]]}
)
class PresenceOut(OutputSerializer):
    """Who is there now; a moment's truth, read from memory."""

    available = serializers.BooleanField(help_text="Whether a member is at the desk.")
    members = serializers.ListField(child=serializers.UUIDField(), help_text="At the desk.")
    rooms = serializers.ListField(
        child=serializers.UUIDField(), help_text="Rooms with a connected guest."
    )


class IceServerOut(OutputSerializer):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


@sample(
    {
        "ice_servers": [
            {"urls": ["stun:stun.example.com:3478"]},
            {
                "urls": ["turn:turn.example.com:3478?transport=udp"],
                "username": "1764000600:1f0e6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
                "credential": "c2VjcmV0",
            },
        ],
        "ttl_s": 600,
    }
)
class IceServersOut(OutputSerializer):
    """RTCIceServer dictionaries; credentials end after `ttl_s`."""

    ice_servers = IceServerOut(many=True)
    ttl_s = serializers.IntegerField()
