from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from accounts.users.models import User

FOLDER = "exports"
# How long a worker may be at it before another one begins again; longer than the task may take.
LEASE = timedelta(minutes=6)
MAX_TRIES = 3


def choose_export_place(export: AccountExport, name: str) -> str:
    """Return where the file rests: nothing to guess."""
    return f"{FOLDER}/{secrets.token_hex(16)}"


class AccountExportQuerySet(TenantQuerySet["AccountExport"]):
    def due(self, now: datetime) -> Self:
        """Those nobody is at: asked for, or left by a worker that died."""
        waiting = Q(state=AccountExport.State.WAITING)
        return self.filter(waiting | Q(state="running", started_at__lt=now - LEASE))


class AccountExport(models.Model):
    """One file with everything an account has, made when an owner asked for it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    file = models.FileField(upload_to=choose_export_place, max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = AccountExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=["waiting", "running"]),
                name="export_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.created_at:%F %T}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be had now."""
        until = self.expires_at
        return self.state == self.State.READY and until is not None and until > timezone.now()
