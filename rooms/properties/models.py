from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet

pass

HEX_COLOR = RegexValidator(r"\A#[0-9a-f]{6}\Z", "Write a colour like #0a7d5a.")


class PropertyQuerySet(TenantQuerySet["Property"]):
    def active(self) -> Self:
        return self.filter(archived_at=None)

    def with_open_rooms(self, here: Iterable[str]) -> Self:
        """Annotate `open_rooms` as the inbox lists them (Room.objects.listed)."""
        listed = Q(rooms__last_seq__gt=0) | Q(rooms__kept=True) | Q(rooms__uuid__in=here)
        counted = models.Count("rooms", filter=Q(rooms__status="open") & listed)
        return self.annotate(open_rooms=counted)


class Property(models.Model):
    """A place where people can ring: a name, a face and policies."""

    class Storage(models.TextChoices):
        KEEP = "keep"
        NONE = "none"

    class Transport(models.TextChoices):
        DIRECT = "direct"
        RELAY = "relay"
        SERVER = "server"

    class Nickname(models.TextChoices):
        NEVER = "never"
        OPTIONAL = "optional"
        REQUIRED = "required"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="properties")
    name = models.CharField(max_length=80)
    color = models.CharField(max_length=7, default="#2f6fed", validators=[HEX_COLOR])
    greeting = models.CharField(max_length=500, blank=True)
    offline_text = models.CharField(max_length=500, blank=True)
    # Languages offered to guests, the first is the default; empty means the browser's.
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True, size=20)
    nickname = models.CharField(max_length=10, choices=Nickname, default=Nickname.OPTIONAL)
    storage = models.CharField(max_length=10, choices=Storage, default=Storage.KEEP)
    transport = models.CharField(max_length=10, choices=Transport, default=Transport.DIRECT)
    # Seconds an arrival waits for an answer before its owner is called.
    call_after_s = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    objects = PropertyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "properties"

    def __str__(self) -> str:
        return self.name

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    @paused.setter
    def paused(self, paused: bool) -> None:
        if paused != self.paused:
            self.paused_at = timezone.now() if paused else None
