"""Finding deliveries that are due and that no worker has, and forgetting old ones."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.queue import ring
from rooms.webhooks.tasks import MAX_TRIES, State

BATCH_ROWS = 500
# One endpoint's backlog may not fill the queue for all; its tries themselves call the next rows.
ENDPOINT_ROWS = 50
MAX_BATCHES = 20
KEPT = timedelta(days=30)


def queue_due() -> int:
    """Queue what is due, at most 10,000 rows, and return how many; see take_batch."""
    total = 0
    for _ in range(MAX_BATCHES):
        batch = take_batch()
        ring(batch)
        total += len(batch)
        if len(batch) < BATCH_ROWS:
            break
    return total


@transaction.atomic
def take_batch() -> list[int]:
    """Mark up to BATCH_ROWS due deliveries as queued; those of dead workers wait again.

    Of an endpoint that fails only the first one is taken: when it comes back, so do the
    others. A try whose worker died counts, as with calls.
    """
    first = WebhookDelivery.objects.due().filter(webhook=OuterRef("webhook"))
    ids = first.order_by("next_at", "pk").values("pk")
    is_first, is_near = Q(pk=Subquery(ids[:1])), Q(pk__in=Subquery(ids[:ENDPOINT_ROWS]))
    due = WebhookDelivery.objects.due().unqueued()
    rows = due.filter(is_near & Q(webhook__failing_since=None) | is_first)
    rows = rows.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "pk")
    batch = list(rows.values_list("pk", flat=True)[:BATCH_ROWS])
    taken = WebhookDelivery.objects.filter(pk__in=batch)
    taken.filter(state=State.SENDING).update(
        state=State.WAITING, attempts=F("attempts") + 1, note="the worker died"
    )
    taken.filter(attempts__gte=MAX_TRIES).update(
        state=State.FAILED, lease_until=None, finished_at=Now()
    )
    taken.filter(state=State.WAITING).update(
        lease_until=Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)
    )
    return batch


def forget_old() -> int:
    """Delete log lines older than 30 days, batch by batch, and return how many."""
    total = 0
    for _ in range(MAX_BATCHES):
        old = WebhookDelivery.objects.filter(created_at__lt=Now() - KEPT).order_by("created_at")
        batch = list(old.values_list("pk", flat=True)[: BATCH_ROWS * 10])
        WebhookDelivery.objects.filter(pk__in=batch).delete()
        total += len(batch)
        if len(batch) < BATCH_ROWS * 10:
            break
    return total
