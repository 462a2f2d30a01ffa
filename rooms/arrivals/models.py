from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from rooms.conversations.models import Room
from rooms.guests.models import Guest
from rooms.links.models import DirectLink


class ArrivalQuerySet(TenantQuerySet["Arrival"]):
    pass


class Arrival(models.Model):
    """One visit of one guest through a link. It precedes the first message."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="arrivals")
    link = models.ForeignKey(DirectLink, on_delete=models.CASCADE, related_name="arrivals")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="arrivals")
    # None once the room, left without a word, was tidied away.
    room = models.ForeignKey(
        Room, on_delete=models.SET_NULL, null=True, blank=True, related_name="arrivals"
    )
    at = models.DateTimeField(default=timezone.now)
    # Moves on with every page load of the same visit.
    last_seen_at = models.DateTimeField(default=timezone.now)
    # The net they came from, 203.0.113.0/24 or 2001:db8:1::/48; empty where none is noted.
    address = models.CharField(max_length=43, blank=True, default="", db_default="")
    called_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        # Serves "is this the same visit?": a guest's newest arrival in a room.
        indexes = [models.Index(fields=["room", "guest", "-id"], name="arrival_newest")]

    def __str__(self) -> str:
        return f"{self.guest_id} at {self.at:%F %T}"
