from __future__ import annotations

import secrets
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from rooms.conversations.models import Message, Participant, Room

FOLDER = "attachments"


def choose_place(attachment: Attachment, name: str) -> str:
    """Return where the file rests: nothing of the sender's name for it, nothing to guess."""
    return f"{FOLDER}/{attachment.account.uuid}/{secrets.token_hex(16)}"


class AttachmentQuerySet(TenantQuerySet["Attachment"]):
    def kept(self) -> Self:
        return self.filter(removed_at=None)

    def count_bytes(self) -> int:
        """Return how much the files of these rows take."""
        total = self.aggregate(total=models.Sum("size_bytes"))["total"]
        return int(total or 0)


class Attachment(models.Model):
    """A file that came with a message. Once removed the row stays, for the message to say so."""

    class State(models.TextChoices):
        """Whether it may be read; all but the first two say why it was taken away."""

        READY = "ready"
        PROCESSING = "processing"
        DAMAGED = "damaged"
        TOO_MANY_PIXELS = "too_many_pixels"
        INFECTED = "infected"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="attachments")
    # The index below leads from the room, too.
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="attachments"
    )
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="attachment")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    file = models.FileField(upload_to=choose_place, max_length=200)
    # SHA-256 of what was sent: a picture is written anew, and a repeat has to be known still.
    sent_digest = models.CharField(max_length=64, default="", db_default="")
    is_picture = models.BooleanField(default=False, db_default=False)
    state = models.CharField(
        max_length=16, choices=State.choices, default=State.READY, db_default=State.READY
    )
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves the list of a room's files, newest first.
            models.Index(fields=["room", "-id"], name="attachment_of_room"),
            # Serves the sweep for those that a worker lost; few at any time.
            models.Index(
                fields=["tried_at"],
                condition=models.Q(state="processing"),
                name="attachment_processing",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def content_url(self) -> str:
        """Where a program with a key reads the file."""
        return f"{settings.SITE_URL}/api/v1/attachments/{self.uuid}/content"

    def describe(self) -> dict[str, str | int | None]:
        """Return the file as every client sees it; `url` is where members read it.

        Once removed it has no `url`; while `state` is "processing" nobody can read it yet.
        """
        return {
            "id": str(self.uuid),
            "name": self.name,
            "content_type": self.content_type,
            "size_bytes": self.size_bytes,
            "url": None if self.removed_at else f"/files/{self.uuid}",
            "state": self.state,
        }
