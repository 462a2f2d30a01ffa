"""What an operator watches: are people called, and how soon."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from rooms.models import Delivery

CALL_AGE_S = Histogram(
    "doorbell_call_age_seconds",
    "Seconds from an arrival to its first call.",
    buckets=(0.5, 1, 2, 3, 5, 10, 30, 60, 120, 300, 900, 3600),
)
TRIES = Counter("doorbell_delivery_tries_total", "Tries by outcome.", ["kind", "outcome"])
DUE = Gauge("doorbell_deliveries_due", "Deliveries that are due and not done.")


def measure_due() -> int:
    """Count what is due, set the gauge and return it: one query on a small index."""
    count = Delivery.objects.due().count()
    DUE.set(count)
    return count
