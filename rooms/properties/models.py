from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenants.models import Account, TenantQuerySet

# Ten years: longer than the law of any country wants letters to be kept.
MAX_RETENTION_DAYS = 3_650
MAX_IDLE_DAYS = 365
HEX_COLOR = RegexValidator(r"\A#[0-9a-f]{6}\Z", "Write a colour like #0a7d5a.")


class PropertyQuerySet(TenantQuerySet["Property"]):
    def active(self) -> Self:
        return self.filter(archived_at=None)

    def with_open_rooms(self, here: Iterable[str]) -> Self:
        """Annotate `open_rooms` as the inbox lists them (Room.objects.listed)."""
        listed = Q(rooms__last_seq__gt=0) | Q(rooms__kept=True) | Q(rooms__uuid__in=here)
        counted = models.Count("rooms", filter=Q(rooms__status="open") & listed)
        return self.annotate(open_rooms=counted)


def _days() -> models.PositiveSmallIntegerField[int | None, int | None]:
    """Return a field that says how long: None for ever, 0 until the conversation is closed."""
    longest = MaxValueValidator(MAX_RETENTION_DAYS, "Keep it at most ten years, or for ever.")
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=[longest])


def _bounded(kind: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"retention_{kind}_days__lte": MAX_RETENTION_DAYS}),
        name=f"property_retention_of_{kind}",
    )


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

    class Addresses(models.TextChoices):
        NONE = "none"
        SHORT = "short"

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
    # Steps of whom to call when, see rooms.notifications.ladder; none: everybody after that wait.
    ladder = models.JSONField(default=list, db_default=[], blank=True)
    # Conversations are closed after so many days without a word; None or 0: never.
    idle_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=7,
        db_default=7,
        validators=[MaxValueValidator(MAX_IDLE_DAYS, "Wait at most a year, or for ever.")],
    )
    # What is noted of the IP address a guest came from: nothing, or the net it is in.
    addresses = models.CharField(
        max_length=5, choices=Addresses, default=Addresses.NONE, db_default="none"
    )
    # Where the owner's privacy notice is, and whether guests are told that writing is agreeing.
    privacy_url = models.CharField(max_length=300, blank=True, default="", db_default="")
    consent = models.BooleanField(default=False, db_default=False)
    # Grows with every change of what guests agree to: a notice at another address.
    consent_version = models.PositiveIntegerField(default=0, db_default=0)
    retention_messages_days = _days()
    retention_files_days = _days()
    retention_arrivals_days = _days()
    retention_addresses_days = _days()
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    objects = PropertyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "properties"
        constraints = [
            models.CheckConstraint(
                condition=Q(privacy_url="") | Q(privacy_url__startswith="https://"),
                name="property_privacy_by_https",
            ),
            models.CheckConstraint(
                condition=Q(consent=False) | ~Q(privacy_url="") & Q(consent_version__gt=0),
                name="property_consent_to_something",
            ),
            models.CheckConstraint(
                condition=Q(idle_days__lte=MAX_IDLE_DAYS), name="property_idle_within_a_year"
            ),
            _bounded("messages"),
            _bounded("files"),
            _bounded("arrivals"),
            _bounded("addresses"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    @paused.setter
    def paused(self, paused: bool) -> None:
        if paused != self.paused:
            self.paused_at = timezone.now() if paused else None

    def get_retention(self, kind: str) -> int | None:
        """Return after how many days what is of this kind goes; None: never, 0: at close."""
        days: int | None = getattr(self, f"retention_{kind}_days")
        return days


class RetentionRunQuerySet(TenantQuerySet["RetentionRun"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None)


class RetentionRun(models.Model):
    """The proof that what was promised of one kind of data was done: a row a property and day."""

    class Kind(models.TextChoices):
        MESSAGES = "messages", _("Messages")
        FILES = "files", _("Files")
        ARRIVALS = "arrivals", _("Visits")
        ADDRESSES = "addresses", _("Noted nets")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The unique constraint below serves look-ups by property; nobody looks by account alone.
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="retention_runs")
    property = models.ForeignKey(
        Property, on_delete=models.CASCADE, related_name="retention_runs", db_index=False
    )
    kind = models.CharField(max_length=9, choices=Kind)
    day = models.DateField()
    # What is older than this was removed; at close: what was closed by then.
    until = models.DateTimeField()
    at_close = models.BooleanField(default=False)
    removed = models.PositiveIntegerField(default=0)
    # The row that was looked at last: a killed worker's successor goes on behind it.
    cursor = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RetentionRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["property", "kind", "day"], name="retention_run_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["messages", "files", "arrivals", "addresses"]),
                name="retention_run_of_a_kind",
            ),
        ]
        indexes = [
            # Serves the worker: what was begun and not ended.
            models.Index(
                fields=["id"], condition=Q(finished_at=None), name="retention_run_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.property_id} on {self.day}"
