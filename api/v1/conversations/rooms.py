from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.team.access import get_membership
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import NoBody, PageQuery, page_of
from api.v1.conversations.filters import RoomFilter
from api.v1.conversations.serializers import AssignBody, RoomOut, TagsBody
from rooms.conversations.access import get_room
from rooms.conversations.errors import RoomReplaced
from rooms.conversations.models import Room
from rooms.conversations.services.rooms import assign_room, close_room, reopen_room, tag_room
from rooms.quarantine.services import release


class RoomResource(Resource):
    def read(self, uuid: UUID) -> Room:
        room = get_room(self.account, uuid)
        room.account = self.account
        return room


class Rooms(Resource):
    @operation("rooms.list", "List rooms", page_of(RoomOut), query=PageQuery, filters=RoomFilter)
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery, RoomFilter)
        rows = Room.objects.for_account(self.account)
        rows = self.narrow(RoomFilter, rows.select_related("property", "link", "assignee"))
        return self.render_page(RoomOut, rows, query)


class RoomDetail(RoomResource):
    @operation("rooms.read", "Read a room", RoomOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(RoomOut, self.read(uuid))


class RoomClose(RoomResource):
    @operation("rooms.close", "Close a room", RoomOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        return self.render(RoomOut, close_room(room=self.read(uuid)))


class RoomReopen(RoomResource):
    @operation("rooms.reopen", "Open a closed room again", RoomOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        room = reopen_room(room=self.read(uuid), keep=True)
        if not room.is_open:
            raise RoomReplaced
        return self.render(RoomOut, room)


class RoomRelease(RoomResource):
    @operation("rooms.release", "Let a room out of quarantine", RoomOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        room = release(room=self.read(uuid), actor=self.caller.actor)
        return self.render(RoomOut, room)


class RoomAssign(RoomResource):
    @operation("rooms.assign", "Give a room to a member", RoomOut, body=AssignBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        room, member = self.read(uuid), self.read_body(AssignBody)["assignee"]
        assignee = get_membership(self.account, member) if member is not None else None
        return self.render(RoomOut, assign_room(room=room, assignee=assignee))


class RoomTags(RoomResource):
    @operation("rooms.tag", "Replace the tags of a room", RoomOut, body=TagsBody)
    def put(self, request: Request, uuid: UUID) -> Response:
        room = self.read(uuid)
        return self.render(RoomOut, tag_room(room=room, tags=self.read_body(TagsBody)["tags"]))
