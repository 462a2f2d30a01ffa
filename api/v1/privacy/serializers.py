from __future__ import annotations

from rest_framework import serializers

from api.serializers import OutputSerializer, sample
from api.v1.arrivals.serializers import ARRIVAL
from api.v1.conversations.serializers import ROOM, FileOut
from api.v1.guests.serializers import GUEST, GuestOut


class ExportedArrivalOut(OutputSerializer):
    at = serializers.DateTimeField()
    link = serializers.UUIDField()
    room = serializers.UUIDField(allow_null=True)
    address = serializers.CharField(help_text="The net they came from, if it was noted.")


class ExportedMessageOut(OutputSerializer):
    room = serializers.UUIDField()
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    body = serializers.CharField()
    attachment = FileOut(allow_null=True)


@sample(
    {
        "guest": GUEST,
        "arrivals": [{key: ARRIVAL[key] for key in ("at", "link", "room", "address")}],
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
class GuestExportOut(OutputSerializer):
    """Everything known about a guest."""

    guest = GuestOut()
    arrivals = ExportedArrivalOut(many=True)
    messages = ExportedMessageOut(many=True)
