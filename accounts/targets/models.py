from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.team.models import Membership
from accounts.tenants.models import Account, TenantQuerySet


class TargetQuerySet(TenantQuerySet["Target"]):
    def usable(self) -> Self:
        return self.filter(enabled=True).exclude(verified_at=None)

    def awake(self) -> Self:
        return self.exclude(snoozed_until__gt=Now())


class Target(models.Model):
    """Where a member wants to be called."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="targets")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="targets")
    # A channel's name; which there are is known further up (rooms.notifications.channels).
    kind = models.CharField(max_length=20, default="email")
    # What the channel needs; for e-mail {"email": "…"}.
    address = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    # Nothing is sent there before; the member asked for the pause.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TargetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} of {self.membership_id}"

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > timezone.now()
