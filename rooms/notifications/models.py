from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.targets.models import Target
from accounts.tenants.models import Account
from rooms.arrivals.models import Arrival
from rooms.base.outgoing.models import OutgoingQuerySet, OutgoingRow
from rooms.conversations.models import Room


class DeliveryQuerySet(OutgoingQuerySet["Delivery"]):
    def with_story(self) -> Self:
        """With everything a call or a line about it tells, in one query."""
        return self.select_related(
            "account",
            "arrival__guest",
            "arrival__link__property",
            "arrival__room",
            "target__membership__user",
        )


class Delivery(OutgoingRow):
    """One try-until-done of one target about one arrival."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="deliveries")
    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="deliveries")
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="deliveries")
    # Why it was skipped or what the last try answered.
    note = models.CharField(max_length=300, blank=True)
    # Since when it waits because its target was called enough; it goes into a digest.
    held_at = models.DateTimeField(null=True, blank=True)

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
            ),
            # Serves the limits of a target, see digests.py.
            models.Index(
                fields=["target", "-finished_at"],
                condition=Q(state="sent"),
                name="delivery_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} to {self.target_id}"


class CallReference(models.Model):
    """What a provider calls a message that we sent about a room, so that a reply finds it."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="references")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="references")
    reference = models.CharField(max_length=64)
    # Of the guest's message that it told; of the call itself, none.
    message_seq = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "reference"], name="reference_once")
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.target_id}"
