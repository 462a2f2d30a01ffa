"""What every row has that is to be handed over to somebody outside."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.tenants.models import Row, TenantQuerySet


class OutgoingState(models.TextChoices):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


WAITING, SENDING = OutgoingState.WAITING, OutgoingState.SENDING


class OutgoingQuerySet(TenantQuerySet[Row]):
    def ready(self) -> Self:
        """Rows to try now that no worker has: never tried, or waiting their turn."""
        return self.filter(state=WAITING, next_at__lte=Now())

    def due(self) -> Self:
        """The same and those that a dead worker dropped."""
        dropped = Q(state=SENDING, lease_until__lte=Now())
        return self.filter(Q(state=WAITING) | dropped, next_at__lte=Now())

    def unqueued(self) -> Self:
        """Those that were not handed to a worker lately."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=Now()))

    def in_flight(self) -> Self:
        """Those that a worker is trying right now."""
        return self.filter(state=SENDING, lease_until__gt=Now())


class OutgoingRow(models.Model):
    """One try-until-done, which workers share by leases; see queue.py."""

    State = OutgoingState

    state = models.CharField(max_length=10, choices=OutgoingState, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    # Of a waiting row: until when it counts as queued. Of one that is tried: whose it is.
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
