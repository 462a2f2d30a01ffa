from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers import StrictSerializer, sample
from api.v1.conversations.serializers import MESSAGE, FileOut
from rooms.attachments.file_types import ENDINGS

ATTACHMENT: dict[str, Any] = {
    "id": "6c1f2a9e-3d0b-4e57-9a1c-8b2d5f7e4a31",
    "name": "offer.pdf",
    "content_type": "application/pdf",
    "size_bytes": 48213,
    "url": "https://chat.example.com/api/v1/attachments/"
    "6c1f2a9e-3d0b-4e57-9a1c-8b2d5f7e4a31/content",
    "state": "ready",
    "room": MESSAGE["room"],
    "seq": 42,
    "client_id": MESSAGE["client_id"],
    "sender": "9a1f5d2c-0b3e-4c61-8d53-2f7a6b1c0e99",
    "created_at": "2026-11-22T09:05:00Z",
}


@sample(ATTACHMENT)
class AttachmentOut(FileOut):
    """A file and the message it came with."""

    room = serializers.UUIDField(source="room.uuid")
    seq = serializers.IntegerField(source="message.seq")
    client_id = serializers.UUIDField(source="message.client_id")
    sender = serializers.UUIDField(source="participant.uuid", help_text="The participant's id.")
    created_at = serializers.DateTimeField()


@extend_schema_field(OpenApiTypes.BINARY)
class UploadField(serializers.FileField):
    pass


@sample(
    {
        "file": "(the file's bytes)",
        "caption": "Our offer",
        "client_id": MESSAGE["client_id"],
        "as": "Shop bot",
    },
    media_type="multipart/form-data",
)
class AttachmentBody(StrictSerializer):
    """A form: the file, and what to say with it."""

    file = UploadField(
        help_text=f"At most {settings.ATTACHMENT_MAX_BYTES} bytes, told by its content first and "
        f"its name's ending second: {', '.join(ENDINGS)}. Pictures are written anew.",
    )
    caption = serializers.CharField(
        required=False,
        max_length=settings.MESSAGE_MAX_CHARS,
        trim_whitespace=False,
        help_text="The text of the message; without it the file's name.",
    )
    client_id = serializers.UUIDField(
        required=False,
        help_text="Your own name for it: the same again is answered with the stored one.",
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["as"] = serializers.CharField(
            required=False,
            max_length=80,
            help_text="With an API key: the name of the integration that speaks. "
            "Without it the key's own name.",
        )
        return fields
