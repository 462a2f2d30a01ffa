from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.keys.models import ApiKey


class ProvisioningBatchQuerySet(models.QuerySet["ProvisioningBatch"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None)


class ProvisioningBatch(models.Model):
    """Many accounts to open, worked off by a task. Belongs to the installation, not a tenant."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    dry_run = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    exists = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Starts without progress in a row: a batch that kills its workers is given up.
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ProvisioningBatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "provisioning batches"

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def done(self) -> int:
        return self.created + self.exists + self.updated + self.failed


class ProvisioningRow(models.Model):
    """One row of a batch: what was asked and, once `status` is set, what became of it."""

    batch = models.ForeignKey(ProvisioningBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    # What came, or {"problem": …} for what could not be read.
    data = models.JSONField()
    status = models.CharField(max_length=10, blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="provisioning_row_once")
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.batch_id}"
