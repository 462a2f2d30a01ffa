"""Finding deliveries that are due and that no worker has."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from rooms.notifications.models import Delivery
from rooms.notifications.queue import DueDelivery, ring
from rooms.notifications.tasks import MAX_TRIES

BATCH_ROWS = 500
MAX_BATCHES = 20


def queue_due() -> int:
    """Queue what is due, at most 10,000 rows, and return how many.

    A row queued here is left alone for a lease's time, so that a long queue does not grow by
    itself. Several sweeps at once share the rows between them.
    """
    total = 0
    for _ in range(MAX_BATCHES):
        batch = take_batch()
        ring(batch)
        total += len(batch)
        if len(batch) < BATCH_ROWS:
            break
    return total


@transaction.atomic
def take_batch() -> list[DueDelivery]:
    """Mark up to BATCH_ROWS due deliveries as queued; those of dead workers wait again.

    A try whose worker died counts: a delivery that kills its worker is not tried for ever.
    """
    due = Delivery.objects.due().unqueued()
    rows = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at")
    batch = [DueDelivery(*row) for row in rows.values_list("pk", "target__kind")[:BATCH_ROWS]]
    taken = Delivery.objects.filter(pk__in=[due.delivery_id for due in batch])
    taken.filter(state=Delivery.State.SENDING).update(
        state=Delivery.State.WAITING, attempts=F("attempts") + 1, note="the worker died"
    )
    taken.filter(attempts__gte=MAX_TRIES).update(
        state=Delivery.State.FAILED, lease_until=None, finished_at=Now()
    )
    taken.filter(state=Delivery.State.WAITING).update(
        lease_until=Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)
    )
    return batch
