from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.targets.models import Target
from accounts.tenants.models import Account, TenantQuerySet
from rooms.arrivals.models import Arrival


class DeliveryQuerySet(TenantQuerySet["Delivery"]):
    def due(self) -> Self:
        """Deliveries to try now: never tried, waiting their turn, or dropped by a dead worker."""
        return self.filter(next_at__lte=Now()).filter(
            Q(state=Delivery.State.WAITING)
            | Q(state=Delivery.State.SENDING, lease_until__lte=Now())
        )

    def unqueued(self) -> Self:
        """Those that were not handed to a worker lately."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=Now()))

    def with_story(self) -> Self:
        """With everything a call or a line about it tells, in one query."""
        return self.select_related(
            "account",
            "arrival__guest",
            "arrival__link__property",
            "arrival__room",
            "target__membership__user",
        )


class Delivery(models.Model):
    """One try-until-done of one target about one arrival."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        SKIPPED = "skipped"
        FAILED = "failed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="deliveries")
    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="deliveries")
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Why it was skipped or what the last try answered.
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["arrival", "target"], name="delivery_once_per_visit")
        ]
        indexes = [
            # Serves the sweep.
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="delivery_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} to {self.target_id}"
