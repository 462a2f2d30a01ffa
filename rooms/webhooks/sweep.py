"""Finding deliveries that are due and that no worker has, and forgetting old ones."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now

from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.queue import DELIVERIES

BATCH_ROWS = 5000
# One endpoint's backlog may not fill the batch for all; its tries themselves call the next rows.
ENDPOINT_ROWS = 50
MAX_BATCHES = 20
KEPT = timedelta(days=30)


def queue_due() -> int:
    """Queue what is due, at most 10,000 rows, and return how many."""
    return DELIVERIES.queue_due(_near())


def take_batch() -> list[int]:
    """Mark deliveries that are due as queued, and return which; see DeliveryQueue."""
    return [due.delivery_id for due in DELIVERIES.take_batch(_near())]


def _near() -> Q:
    """Of an endpoint that fails only the first is taken: when it comes back, so do the others."""
    first = WebhookDelivery.objects.due().filter(webhook=OuterRef("webhook"))
    ids = first.order_by("next_at", "pk").values("pk")
    is_first, is_near = Q(pk=Subquery(ids[:1])), Q(pk__in=Subquery(ids[:ENDPOINT_ROWS]))
    return is_near & Q(webhook__failing_since=None) | is_first


def forget_old() -> int:
    """Delete log lines older than 30 days, batch by batch, and return how many."""
    total = 0
    for _ in range(MAX_BATCHES):
        old = WebhookDelivery.objects.filter(created_at__lt=Now() - KEPT).order_by("created_at")
        batch = list(old.values_list("pk", flat=True)[:BATCH_ROWS])
        WebhookDelivery.objects.filter(pk__in=batch).delete()
        total += len(batch)
        if len(batch) < BATCH_ROWS:
            break
    return total
