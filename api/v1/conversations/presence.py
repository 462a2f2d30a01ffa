from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, StrictSerializer, page_of
from api.v1.conversations.participants import (
    IceServersOut,
    ParticipantOut,
    PresenceOut,
    RoomPresenceOut,
)
from rooms.base import presence
from rooms.conversations.access import get_room
from rooms.conversations.models import Participant
from rooms.properties.models import Property
from signaling.ice import ice_servers


class IceQuery(StrictSerializer):
    transport = serializers.ChoiceField(
        Property.Transport.choices,
        required=False,
        help_text="The policy of the property; default direct.",
    )


class RoomParticipants(Resource):
    @operation(
        "rooms.participants",
        "List who takes part in a room",
        page_of(ParticipantOut),
        query=PageQuery,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        query = self.read_query()
        room = get_room(self.account, uuid)
        rows = Participant.objects.filter(room=room).select_related("guest", "membership")
        return self.render_page(ParticipantOut, rows, query, order="id")


class RoomPresence(Resource):
    @operation("rooms.base.presence", "Who is connected to a room now", RoomPresenceOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        room = get_room(self.account, uuid)
        people = presence.read_people(presence.room_key(room.uuid))
        shown = [
            {"participant": person, "connections": len(connections)}
            for person, connections in sorted(people.items())
        ]
        return self.render(RoomPresenceOut, {"participants": shown})


class AccountPresence(Resource):
    @operation("presence.read", "Who is there now", PresenceOut)
    def get(self, request: Request) -> Response:
        members = presence.read_people(presence.desk_key(self.account.uuid))
        rooms = presence.rooms_with_guests(self.account.uuid)
        answer: dict[str, Any] = {
            "available": bool(members),
            "members": sorted(members),
            "rooms": sorted(rooms),
        }
        return self.render(PresenceOut, answer)


class IceServers(Resource):
    @operation(
        "ice_servers.list",
        "STUN and TURN servers with fresh credentials",
        IceServersOut,
        query=IceQuery,
    )
    def get(self, request: Request) -> Response:
        transport = self.read_query(IceQuery).get("transport", Property.Transport.DIRECT)
        servers = ice_servers(str(self.account.uuid), transport)
        return self.render(IceServersOut, {"ice_servers": servers, "ttl_s": settings.TURN_TTL_S})
