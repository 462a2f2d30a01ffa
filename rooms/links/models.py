from __future__ import annotations

import builtins
import uuid
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from rooms.links.tokens import make_link_token
from rooms.properties.models import Property


class DirectLinkQuerySet(TenantQuerySet["DirectLink"]):
    def with_address(self, address: str) -> Self:
        """Links that answer to this token or slug, opened or not."""
        return self.filter(Q(token=address) | Q(slug=address)).select_related("property", "account")

    def unrevoked(self) -> Self:
        """Links that count against the account's limit, open now or not."""
        return self.filter(revoked_at=None)

    def oldest_per_property(self) -> Self:
        """One link for each property: the one to hand out."""
        return self.order_by("property_id", "id").distinct("property_id")

    def with_guests(self) -> Self:
        """Annotate `waiting_uses`, which `guests` wants of links that guests may have used."""
        waiting = (
            LinkUse.objects.filter(link=OuterRef("pk"))
            .order_by()
            .values("link")
            .annotate(count=models.Count("pk"))
        )
        return self.annotate(waiting_uses=Coalesce(Subquery(waiting.values("count")), 0))

    def live(self) -> Self:
        now = timezone.now()
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class DirectLink(models.Model):
    """An address that opens a conversation. Knowing it never opens an old one."""

    class Mode(models.TextChoices):
        PRIVATE = "private"
        SHARED = "shared"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="links")
    token = models.CharField(max_length=12, unique=True, default=make_link_token)
    # A readable address instead of the token, chosen by the owner.
    slug = models.SlugField(max_length=60, unique=True, null=True, blank=True)
    label = models.CharField(max_length=80, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.PRIVATE)
    not_before = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # Whether its end also closes the conversations that run, and when that was done.
    closes_rooms = models.BooleanField(default=False, db_default=False)
    rooms_closed_at = models.DateTimeField(null=True, blank=True)
    # Django password hash; empty means no passcode.
    passcode = models.CharField(max_length=128, blank=True)
    guest_limit = models.PositiveIntegerField(null=True, blank=True)
    # Exact with a limit; without one it lags behind what came in since (LinkUse).
    guest_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    objects = DirectLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(guest_limit=None) | Q(guest_limit__gte=1),
                name="link_lets_somebody_in",
            ),
            models.CheckConstraint(
                condition=Q(not_before=None)
                | Q(expires_at=None)
                | Q(not_before__lt=models.F("expires_at")),
                name="link_begins_before_it_ends",
            ),
        ]
        indexes = [
            # Serves the task that closes rooms of links that ended.
            models.Index(
                fields=["expires_at"],
                condition=Q(closes_rooms=True, rooms_closed_at=None),
                name="link_closing_rooms",
            )
        ]

    def __str__(self) -> str:
        return self.label or self.token

    @builtins.property
    def address(self) -> str:
        return self.slug or self.token

    @builtins.property
    def guests(self) -> int:
        """How many guests the link has let in; see with_guests."""
        return self.guest_count + getattr(self, "waiting_uses", 0)

    @builtins.property
    def is_full(self) -> bool:
        return self.guest_limit is not None and self.guest_count >= self.guest_limit

    @builtins.property
    def paused(self) -> bool:
        return self.paused_at is not None

    @paused.setter
    def paused(self, paused: bool) -> None:
        if paused != self.paused:
            self.paused_at = timezone.now() if paused else None

    @builtins.property
    def takes_new_guests(self) -> bool:
        """Whether somebody may come in who has not been here; others may while it lives."""
        return not (self.is_full or self.paused or self.property.paused)

    @builtins.property
    def is_live(self) -> bool:
        """Whether a guest may come in by it now."""
        now = timezone.now()
        return (
            self.revoked_at is None
            and (self.expires_at is None or self.expires_at > now)
            and (self.not_before is None or self.not_before <= now)
        )

    @builtins.property
    def state(self) -> str:
        """Why a guest may or may not come in now: the first reason that applies."""
        now = timezone.now()
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        if self.not_before is not None and self.not_before > now:
            return "early"
        if self.paused:
            return "paused"
        if self.is_full:
            return "full"
        return "live"


class LinkUse(models.Model):
    """One guest let in by a link without a limit, until a sweep adds it to the link's count.

    Guests who come by one link at once would otherwise wait for each other at its row.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(DirectLink, on_delete=models.CASCADE, related_name="uses")

    def __str__(self) -> str:
        return f"of {self.link_id}"
