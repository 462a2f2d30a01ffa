from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet


class GuestQuerySet(TenantQuerySet["Guest"]):
    pass


class Guest(models.Model):
    """Somebody who came by a link: a cookie and a nickname, no account."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="guests")
    nickname = models.CharField(max_length=60, blank=True)
    # Facts a signed prefill or a program told about the guest.
    details = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    blocked_at = models.DateTimeField(null=True, blank=True)

    objects = GuestQuerySet.as_manager()

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.nickname or f"Guest {self.uuid.hex[:4].upper()}"
