from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from api.serializers import OutputSerializer, PageQuery, StrictSerializer, sample
from rooms.attachments.models import Attachment
from rooms.conversations.models import Message, Participant, Room
from rooms.conversations.shape import describe_row
from rooms.links.models import DirectLink

TAGS_MAX = 20
TAG_MAX_CHARS = 40
SEQ_MAX = 2_147_483_647
ROOM: dict[str, Any] = {
    "id": "5b0c9c1e-2f6a-4bb5-8a3c-7f3f6a1d0e55",
    "status": "open",
    "mode": "private",
    "name": "Ann",
    "property": "9d0f1c0e-8a54-4b7e-9a53-7f0a1f5c2b11",
    "link": "3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10",
    "assignee": None,
    "tags": ["order"],
    "last_seq": 42,
    "preview": "Is it in stock?",
    "created_at": "2026-11-22T09:00:00Z",
    "activity_at": "2026-11-22T09:05:00Z",
    "closed_at": None,
}
MESSAGE: dict[str, Any] = {
    "room": "5b0c9c1e-2f6a-4bb5-8a3c-7f3f6a1d0e55",
    "seq": 42,
    "client_id": "0d4ef3a2-7f5b-4a54-9c8e-0f3b7a6d2c44",
    "sender": {
        "id": "9a1f5d2c-0b3e-4c61-8d53-2f7a6b1c0e99",
        "kind": "guest",
        "name": "Ann",
    },
    "body": "Is it in stock?",
    "at": "2026-11-22T09:05:00Z",
    "attachment": None,
}


@sample(ROOM)
class RoomOut(OutputSerializer):
    """A conversation."""

    id = serializers.UUIDField(source="uuid")
    status = serializers.ChoiceField(Room.Status.choices)
    mode = serializers.ChoiceField(DirectLink.Mode.choices)
    name = serializers.CharField()
    property = serializers.UUIDField(source="property.uuid")
    link = serializers.UUIDField(source="link.uuid")
    assignee = serializers.SerializerMethodField(help_text="A member's id.")
    tags = serializers.ListField(child=serializers.CharField())
    last_seq = serializers.IntegerField(help_text="The number of its newest message.")
    preview = serializers.CharField()
    created_at = serializers.DateTimeField()
    activity_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_assignee(self, room: Room) -> str | None:
        return str(room.assignee.uuid) if room.assignee is not None else None


@sample({"assignee": "4c0f6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e"})
class AssignBody(StrictSerializer):
    """Who takes care of the room; null for nobody."""

    assignee = serializers.UUIDField(allow_null=True)


@sample({"tags": ["order", "vip"]})
class TagsBody(StrictSerializer):
    """All tags of the room."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_MAX_CHARS), max_length=TAGS_MAX
    )


class SenderOut(OutputSerializer):
    """Who wrote it."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.ChoiceField(Participant.Kind.choices)
    name = serializers.CharField()


class FileOut(OutputSerializer):
    """The file a message came with."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    url = serializers.SerializerMethodField(help_text="Where a key reads it; null once removed.")
    state = serializers.ChoiceField(
        choices=Attachment.State.choices,
        help_text="`processing` until it may be read (409 meanwhile); else why it was taken away.",
    )

    def get_url(self, attachment: Attachment) -> str | None:
        return None if attachment.removed_at else attachment.content_url


@sample(MESSAGE)
class MessageOut(OutputSerializer):
    """One line of a conversation; `seq` is its place, without gaps."""

    room = serializers.UUIDField(source="room.uuid")
    seq = serializers.IntegerField()
    client_id = serializers.UUIDField()
    sender = SenderOut()
    body = serializers.CharField()
    at = serializers.DateTimeField()
    attachment = FileOut(allow_null=True)

    def to_representation(self, message: Message) -> dict[str, Any]:
        """Every client's shape, in REST's words where those differ."""
        file = getattr(message, "attachment", None)
        shown = describe_row(message) | {
            "room": str(message.room.uuid),
            "sender": SenderOut(message.sender).data,
            "at": self.fields["at"].to_representation(message.at),
            "attachment": FileOut(file).data if file is not None else None,
        }
        return {str(name): shown[str(name)] for name in self.fields}


@sample({"body": "Yes, ten of them.", "client_id": MESSAGE["client_id"], "as": "Shop bot"})
class MessageBody(StrictSerializer):
    """What to write."""

    body = serializers.CharField(
        max_length=settings.MESSAGE_MAX_CHARS, trim_whitespace=False, allow_blank=False
    )
    client_id = serializers.UUIDField(
        required=False,
        help_text="Your own name for it: the same again is answered with the stored message.",
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


class RoomMessagesQuery(PageQuery):
    """Ascending after `since`; with `before` alone newest first, below that number."""

    since = serializers.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)
    before = serializers.IntegerField(required=False, min_value=1, max_value=SEQ_MAX)


class SearchQuery(PageQuery):
    query = serializers.CharField(
        min_length=2, max_length=200, help_text="Any part of the text, in any case."
    )


class TicketParticipantBody(StrictSerializer):
    """Your own user or bot."""

    external_id = serializers.CharField(
        max_length=120, help_text="Your own id of it: the same one is the same participant."
    )
    name = serializers.CharField(max_length=80)


@sample({"room": ROOM["id"], "participant": {"external_id": "user-17", "name": "Ann"}})
class TicketBody(StrictSerializer):
    """What the socket is for; `{}` is the whole account."""

    room = serializers.UUIDField(required=False)
    participant = TicketParticipantBody(
        required=False, help_text="With an API key and a room; without it the key itself."
    )


@sample(
    {"ticket": "eyJhY2NvdW50Ijoi….1sXq2b.…", "resume": "eyJhY2NvdW50Ijoi….1sXq2b.…", "ws": "/ws/"}
)
class TicketOut(OutputSerializer):
    """What opens a socket; see docs/protocol.md."""

    ticket = serializers.CharField(help_text="Good for 60 seconds.")
    resume = serializers.CharField(help_text="Opens the same connection again for 12 hours.")
    ws = serializers.CharField()
