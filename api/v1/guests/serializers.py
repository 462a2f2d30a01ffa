from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.base import Output, Strict, sample
from api.serializers.rooms import ROOM, FileOut
from rooms.arrivals.models import Arrival
from rooms.conversations.models import Participant
from rooms.notifications.models import Delivery

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
ARRIVAL: dict[str, Any] = {
    "id": "0c3e6a1b-4c61-4d53-9a1f-5d2e0b992f7c",
    "link": "3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10",
    "guest": GUEST["id"],
    "room": ROOM["id"],
    "at": "2026-11-22T09:00:00Z",
    "last_seen_at": "2026-11-22T09:05:00Z",
    "called_at": "2026-11-22T09:00:12Z",
    "answered_at": None,
}
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
    "joined_at": "2026-11-22T09:00:00Z",
}


@sample(GUEST)
class GuestOut(Output):
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
class GuestBody(Strict):
    """What to change; what is left out stays. `details` replaces all facts."""

    nickname = serializers.CharField(required=False, allow_blank=True, max_length=60)
    language = serializers.CharField(required=False, allow_blank=True, max_length=10)
    details = serializers.DictField(child=FactField(allow_null=True), required=False)


class ExportedArrivalOut(Output):
    at = serializers.DateTimeField()
    link = serializers.UUIDField()
    room = serializers.UUIDField(allow_null=True)


class ExportedMessageOut(Output):
    room = serializers.UUIDField()
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    body = serializers.CharField()
    attachment = FileOut(allow_null=True)


@sample(
    {
        "guest": GUEST,
        "arrivals": [{"at": ARRIVAL["at"], "link": ARRIVAL["link"], "room": ROOM["id"]}],
        "messages": [
            {
                "room": ROOM["id"],
                "seq": 1,
                "at": ARRIVAL["at"],
                "body": "Is it in stock?",
                "attachment": None,
            }
        ],
    }
)
class GuestExportOut(Output):
    """Everything known about a guest."""

    guest = GuestOut()
    arrivals = ExportedArrivalOut(many=True)
    messages = ExportedMessageOut(many=True)


@sample(ARRIVAL)
class ArrivalOut(Output):
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

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_room(self, arrival: Arrival) -> str | None:
        return str(arrival.room.uuid) if arrival.room is not None else None


@sample(DELIVERY)
class DeliveryOut(Output):
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


@sample(PARTICIPANT)
class ParticipantOut(Output):
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
    joined_at = serializers.DateTimeField()

    def get_guest(self, participant: Participant) -> str | None:
        return str(participant.guest.uuid) if participant.guest is not None else None

    def get_member(self, participant: Participant) -> str | None:
        return str(participant.membership.uuid) if participant.membership is not None else None


class PresentOut(Output):
    participant = serializers.UUIDField()
    connections = serializers.IntegerField()


@sample({"participants": [{"participant": PARTICIPANT["id"], "connections": 1}]})
class RoomPresenceOut(Output):
    """Who is connected to the room now."""

    participants = PresentOut(many=True)


@sample(
    {"available": True, "members": ["4c0f6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e"], "rooms": [ROOM["id"]]}
)
class PresenceOut(Output):
    """Who is there now; a moment's truth, read from memory."""

    available = serializers.BooleanField(help_text="Whether a member is at the desk.")
    members = serializers.ListField(child=serializers.UUIDField(), help_text="At the desk.")
    rooms = serializers.ListField(
        child=serializers.UUIDField(), help_text="Rooms with a connected guest."
    )


class IceServerOut(Output):
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
class IceServersOut(Output):
    """RTCIceServer dictionaries; credentials end after `ttl_s`."""

    ice_servers = IceServerOut(many=True)
    ttl_s = serializers.IntegerField()
