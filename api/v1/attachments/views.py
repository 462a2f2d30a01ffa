from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from api.requests.parsers import FormParser
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, page_of
from api.v1.attachments.serializers import AttachmentBody, AttachmentOut
from api.v1.conversations.participation import participant_of
from rooms.attachments.access import get_attachment
from rooms.attachments.models import Attachment
from rooms.attachments.services import FORM_BYTES, post_attachment, remove_attachment
from rooms.attachments.views import answer_file
from rooms.conversations.access import get_room


class RoomAttachments(Resource):
    parser_classes = [FormParser]
    body_max_bytes = settings.ATTACHMENT_MAX_BYTES + FORM_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and "Idempotency-Key" in request.headers:
            page: Any = request._request
            page.body_digest = _digest_form(request)

    @operation("attachments.list", "List the files of a room, newest first", page_of(AttachmentOut))
    def get(self, request: Request, uuid: UUID) -> Response:
        query = self.read_query(PageQuery)
        room = get_room(self.account, uuid)
        rows = Attachment.objects.kept().filter(room=room)
        return self.render_page(
            AttachmentOut, rows.select_related("room", "participant", "message"), query
        )

    @operation(
        "attachments.post",
        "Send a file",
        AttachmentOut,
        body={"multipart/form-data": AttachmentBody},
        status=201,
        description="Writes a message that carries the file. With a session as that member; with "
        "an API key as a named integration. The same `client_id` again is answered with the "
        "stored one. 409 `not_stored` where the property stores nothing.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        room, body = get_room(self.account, uuid), self.read_body(AttachmentBody)
        attachment = post_attachment(
            sender=participant_of(self, room, body.get("as", "")),
            upload=body["file"],
            name=body["file"].name,
            client_id=body.get("client_id") or uuid4(),
            caption=body.get("caption", ""),
        )
        return Response(AttachmentOut(attachment).data, status=201)


class AttachmentDetail(Resource):
    @operation("attachments.read", "Read what is known of a file", AttachmentOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(AttachmentOut, get_attachment(self.account, uuid))

    @operation(
        "attachments.remove",
        "Delete a file",
        None,
        status=204,
        description="The message stays; the `url` of its attachment becomes null.",
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        attachment = get_attachment(self.account, uuid)
        remove_attachment(attachment=attachment, actor=self.caller.actor)
        return Response(status=204)


class AttachmentContent(Resource):
    @operation("attachments.content", "Read a file", OpenApiTypes.BINARY, media_type="*/*")
    def get(self, request: Request, uuid: UUID) -> HttpResponse:
        return answer_file(get_attachment(self.account, uuid))


def _digest_form(request: Request) -> bytes:
    """Return what tells this form from another; every try chooses a boundary of its own."""
    digest = hashlib.sha256()
    form: Any = request.data or MultiValueDict()
    for name, values in sorted(form.lists()):
        for value in values:
            is_file = hasattr(value, "chunks")
            said = value.name if is_file else value
            digest.update(f"{len(name)}:{name}{len(said)}:{said}".encode())
            for piece in value.chunks() if is_file else ():
                digest.update(piece)
            if is_file:
                value.seek(0)
    return digest.digest()
