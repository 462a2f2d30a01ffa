from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account, TenantQuerySet
from rooms.models.room import Participant, Room


class MessageQuerySet(TenantQuerySet["Message"]):
    pass


class Message(models.Model):
    """One line of a conversation. `seq` is its place, `client_id` its sender's name for it."""

    # Written a thousand times a second: the room's foreign key already leads to the account,
    # so the database need not check this one again.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    # The unique constraint below serves look-ups by room.
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    sender = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.PositiveIntegerField()
    client_id = models.UUIDField(default=uuid.uuid4)
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["room", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="message_seq_once_per_room"),
            # A participant is in one room, so this is also "room + sender + client_id".
            models.UniqueConstraint(fields=["sender", "client_id"], name="message_once_per_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.seq}"
