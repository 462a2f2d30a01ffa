from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import NoBody, page_of
from api.v1.blocks.serializers import BlockBody, BlockOut, BlockQuery
from api.v1.guests.serializers import GuestOut
from api.v1.guests.views import GuestResource
from rooms.blocks.access import get_block
from rooms.blocks.models import Block
from rooms.blocks.services import block, end_block, unblock


class Blocks(Resource):
    @operation("blocks.list", "List who may not come in", page_of(BlockOut), query=BlockQuery)
    def get(self, request: Request) -> Response:
        query = self.read_query(BlockQuery)
        rows = Block.objects.for_account(self.account).select_related("guest")
        active = Block.objects.active().values("pk")
        rows = rows.exclude(pk__in=active) if query["ended"] else rows.active()
        return self.render_page(BlockOut, rows, query)


class BlockDetail(Resource):
    @operation("blocks.read", "Read a block", BlockOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(BlockOut, get_block(self.account, uuid))

    @operation("blocks.end", "End a block", None, status=204)
    def delete(self, request: Request, uuid: UUID) -> Response:
        found = get_block(self.account, uuid)
        found.account = self.account
        end_block(block=found, actor=self.caller.actor)
        return Response(status=204)


class GuestBlock(GuestResource):
    @operation(
        "guests.block",
        "Show a guest out and keep them out",
        GuestOut,
        body=BlockBody,
        description="`device` and `network` also keep out who comes from where they came in the "
        "last 30 days. Once more with other values replaces what was said before.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        guest = self.read(uuid)
        block(guest=guest, actor=self.caller.actor, **self.read_body(BlockBody))
        return self.render(GuestOut, guest)


class GuestUnblock(GuestResource):
    @operation("guests.unblock", "Let a blocked guest in again", GuestOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        return self.render(GuestOut, unblock(guest=self.read(uuid), actor=self.caller.actor))
