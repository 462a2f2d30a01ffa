from __future__ import annotations

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from rooms.base.outgoing.models import OutgoingQuerySet, OutgoingRow
from rooms.guests.models import Guest


class WebhookQuerySet(TenantQuerySet["Webhook"]):
    pass


class Webhook(models.Model):
    """An address of the account's own that is told what happens."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=120, blank=True)
    # Names of events; empty means all of them, also those still to come.
    events = ArrayField(models.CharField(max_length=32), default=list, blank=True, size=20)
    # Sealed, see rooms.tokens; after a rotation the old one signs too until its time is over.
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    # When the first try since the last success failed.
    failing_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WebhookQuerySet.as_manager()

    def __str__(self) -> str:
        return self.url

    @property
    def sealed_secrets(self) -> list[str]:
        """The secrets that sign now, the newest first."""
        live = self.old_secret_until is not None and self.old_secret_until > timezone.now()
        return [self.secret, self.old_secret] if live and self.old_secret else [self.secret]


class WebhookDeliveryQuerySet(OutgoingQuerySet["WebhookDelivery"]):
    def replayable(self) -> Self:
        """Deliveries that did not reach their endpoint and are not tried any more."""
        states = [WebhookDelivery.State.FAILED, WebhookDelivery.State.SKIPPED]
        return self.filter(state__in=states).exclude(event="webhook.test")


class WebhookDelivery(OutgoingRow):
    """One event on its way to one webhook. `uuid` is the webhook-id, the same for every try."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="webhook_deliveries"
    )
    # The index of the log below leads from the webhook, too.
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    # Whose words or visit it tells: erasing the guest takes the row along.
    guest = models.ForeignKey(
        Guest, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    event = models.CharField(max_length=32)
    # The JSON text itself, not a parsed value: every try signs the same bytes.
    payload = models.TextField()
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    # What the last try sent and got, cut to a readable size.
    request_excerpt = models.TextField(blank=True)
    response_excerpt = models.TextField(blank=True)
    # Why there was no answer, or why it was not sent.
    note = models.CharField(max_length=200, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            # Serves the sweep, and "the first due one of this webhook".
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="webhook_delivery_due",
            ),
            models.Index(
                fields=["webhook", "next_at", "id"],
                condition=Q(state__in=["waiting", "sending"]),
                name="webhook_delivery_next",
            ),
            # Serves the log of one webhook, newest first.
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_log"),
            # Serves the sweep of old rows.
            models.Index(fields=["created_at"], name="webhook_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
