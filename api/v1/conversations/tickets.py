from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.errors import Invalid
from accounts.limits import rate_limits
from api.resource import Resource
from api.schema.openapi import operation
from api.v1.conversations.participation import party_of
from api.v1.conversations.serializers import TicketBody, TicketOut
from rooms.conversations.access import get_room
from rooms.conversations.services.participation import take_part
from rooms.conversations.tickets import TicketClaims, new_connection, sign_resume, sign_ticket


class Tickets(Resource):
    @operation(
        "tickets.create",
        "Get a ticket for the live wire",
        TicketOut,
        body=TicketBody,
        status=201,
        description="With `room`: a place in that room, for the member, the key or a "
        "`participant` of your own. With `{}`: the account's inbox, every event of it.",
    )
    def post(self, request: Request) -> Response:
        body = self.read_body(TicketBody)
        caller = self.caller.api_key or self.membership
        rate_limits.hit("ticket", caller.uuid if caller is not None else "")
        claims = self.make_pass(body)
        answer = {
            "ticket": sign_ticket(claims),
            "resume": sign_resume(claims),
            "ws": "/ws/",
        }
        return Response(answer, status=201)

    def make_pass(self, body: dict[str, Any]) -> TicketClaims:
        """Raises RoomNotFound, Invalid."""
        key, membership = self.caller.api_key, self.membership
        facts = {
            "account": str(self.account.uuid),
            "connection": new_connection(),
            "membership": str(membership.uuid) if membership is not None else "",
            "session": self.caller.session,
            "key": str(key.uuid) if key is not None else "",
        }
        if "room" in body:
            room = get_room(self.account, body["room"])
            named = body.get("participant")
            person = (named["external_id"], named["name"]) if named is not None else None
            party = party_of(self, person, field="participant")
            participant = take_part(room=room, party=party)
            facts |= {"room": str(room.uuid), "participant": str(participant.uuid)}
        elif "participant" in body:
            raise Invalid("A participant needs a room.", field="participant")
        return TicketClaims(**facts)
