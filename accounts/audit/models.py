from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet


class AuditEventQuerySet(TenantQuerySet["AuditEvent"]):
    pass


class AuditEvent(models.Model):
    """Who did what in an account. Rows are only ever added."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="audit_events")
    at = models.DateTimeField(default=timezone.now)
    # "user:<uuid>", "key:<uuid>" or "system": a plain word, so that it outlives its row.
    actor = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        # Serves the account's log, newest first.
        indexes = [models.Index(fields=["account", "-id"], name="audit_by_account")]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
