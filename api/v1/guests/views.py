from __future__ import annotations

from functools import partial
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, page_of
from api.v1.guests.filters import GuestFilter
from api.v1.guests.serializers import GuestBody, GuestOut
from rooms.conversations.services.guests import update_guest
from rooms.guests.access import get_guest
from rooms.guests.models import Guest
from rooms.privacy.services import erase_guest


class GuestResource(Resource):
    def read(self, uuid: UUID) -> Guest:
        guest = get_guest(self.account, uuid)
        guest.account = self.account
        return guest


class Guests(Resource):
    @operation(
        "guests.list", "List guests", page_of(GuestOut), query=PageQuery, filters=GuestFilter
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery, GuestFilter)
        rows = self.narrow(GuestFilter, Guest.objects.for_account(self.account))
        return self.render_page(GuestOut, rows, query)


class GuestDetail(GuestResource):
    @operation("guests.read", "Read a guest", GuestOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(GuestOut, self.read(uuid))

    @operation("guests.update", "Change what is known about a guest", GuestOut, body=GuestBody)
    def patch(self, request: Request, uuid: UUID) -> Response:
        guest, body = self.read(uuid), self.read_body(GuestBody)
        with self.changing(GuestOut, guest, partial(self.read, uuid)) as held:
            update_guest(guest=held, actor=self.caller.actor, **body)
        return self.render(GuestOut, held)

    @operation(
        "guests.erase",
        "Erase a guest",
        None,
        status=204,
        description="Deletes the guest, their visits and the text of what they wrote. Empty "
        "lines keep the messages' places. This cannot be undone.",
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        erase_guest(guest=self.read(uuid), actor=self.caller.actor)
        return Response(status=204)
