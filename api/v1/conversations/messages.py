from __future__ import annotations

from uuid import UUID, uuid4

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import page_of
from api.v1.conversations.filters import MessageFilter
from api.v1.conversations.participation import participant_of
from api.v1.conversations.serializers import MessageBody, MessageOut, RoomMessagesQuery, SearchQuery
from rooms.conversations.access import get_room
from rooms.conversations.errors import NotStored
from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import check_body, post_message, sender_of
from rooms.properties.models import Property


class RoomMessages(Resource):
    def read_room(self, uuid: UUID) -> Room:
        """Raises RoomNotFound, NotStored."""
        room = get_room(self.account, uuid)
        if room.property.storage != Property.Storage.KEEP:
            raise NotStored
        return room

    @operation(
        "messages.list",
        "List the messages of a room",
        page_of(MessageOut),
        query=RoomMessagesQuery,
        description="Ascending, after `since`. With `before` alone: newest first, below it. "
        "409 `not_stored` where the property stores no text.",
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        query = self.read_query(RoomMessagesQuery)
        since, before = query.get("since"), query.get("before")
        rows = Message.objects.filter(room=self.read_room(uuid), seq__gt=since or 0)
        rows = rows.filter(seq__lt=before) if before is not None else rows
        rows = rows.select_related("sender", "room", "attachment")
        order = "-seq" if since is None and before is not None else "seq"
        return self.render_page(MessageOut, rows, query, order=order)

    @operation(
        "messages.post",
        "Write a message",
        MessageOut,
        body=MessageBody,
        status=201,
        description="With a session as that member; with an API key as a named integration. "
        "The same `client_id` again is answered with the stored message.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        room, body = self.read_room(uuid), self.read_body(MessageBody)
        participant = participant_of(self, room, body.get("as", ""))
        client_id = body.get("client_id") or uuid4()
        text = check_body(body["body"])
        posted = post_message(sender=sender_of(participant), client_id=client_id, body=text)
        message = Message(
            room=room,
            sender=participant,
            seq=posted.seq,
            client_id=client_id,
            body=text,
            at=posted.at,
        )
        return Response(MessageOut(message).data, status=201)


class MessageSearch(Resource):
    @operation(
        "messages.search",
        "Search messages by text, newest first",
        page_of(MessageOut),
        query=SearchQuery,
        filters=MessageFilter,
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(SearchQuery, MessageFilter)
        rows = Message.objects.filter(room__account=self.account, body__icontains=query["query"])
        rows = self.narrow(MessageFilter, rows.select_related("sender", "room", "attachment"))
        return self.render_page(MessageOut, rows, query)
