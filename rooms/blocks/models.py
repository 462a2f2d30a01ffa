from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from rooms.guests.models import Guest


class BlockQuerySet(TenantQuerySet["Block"]):
    def active(self) -> Self:
        running = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
        return self.filter(running, ended_at=None)

    def over(self) -> Self:
        """Those whose time is up and that nobody has ended."""
        return self.filter(ended_at=None, ends_at__lte=timezone.now())


class Block(models.Model):
    """A guest, a device or a range of addresses that may not come in."""

    class Kind(models.TextChoices):
        GUEST = "guest"
        DEVICE = "device"
        NETWORK = "network"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="blocks")
    kind = models.CharField(max_length=10, choices=Kind)
    # On whose account it was made; None once they are erased.
    guest = models.ForeignKey(
        Guest, on_delete=models.SET_NULL, related_name="blocks", null=True, blank=True
    )
    guest_name = models.CharField(max_length=120, blank=True)
    # Of the device or the range, see origins.py; a guest has none.
    digest = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    actor_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    # When a member ended it, or the clock did.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="guest", digest="") | (~Q(kind="guest") & ~Q(digest="")),
                name="block_has_its_digest",
            )
        ]
        indexes = [
            # Serves the door.
            models.Index(
                fields=["account", "digest"], condition=Q(ended_at=None), name="block_at_the_door"
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(ended_at=None, ends_at__isnull=False),
                name="block_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.guest_name}"


class GuestTraceQuerySet(TenantQuerySet["GuestTrace"]):
    pass


class GuestTrace(models.Model):
    """From which device and range of addresses a guest came lately; kept for 30 days."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="traces")
    device = models.CharField(max_length=64)
    network = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = GuestTraceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guest", "device", "network"], name="trace_once_per_origin"
            )
        ]
        indexes = [
            models.Index(fields=["account", "device"], name="trace_device"),
            models.Index(fields=["account", "network"], name="trace_network"),
            models.Index(fields=["seen_at"], name="trace_age"),
        ]

    def __str__(self) -> str:
        return f"of {self.guest_id}"
