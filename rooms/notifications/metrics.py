"""What an operator watches: are owners called and programs told, and how soon."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, cast

from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from psycopg_pool import PoolTimeout

from rooms.base import counters
from rooms.notifications.models import Delivery
from rooms.webhooks.models import WebhookDelivery

DUE: dict[str, Any] = {
    "deliveries": Delivery.objects.due,
    "webhook_deliveries": WebhookDelivery.objects.due,
}


class DeliveryCollector:
    """Every process tells the same: counts come from Redis, what is due from PostgreSQL."""

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names need not be known before anybody asks."""
        return []

    def collect(self) -> Iterable[Metric]:
        counts = counters.read()
        yield _call_ages(counts)
        yield _tries("delivery_tries", "Tries to call somebody", ["kind", "outcome"], counts)
        yield _tries("webhook_tries", "Tries to reach a webhook", ["outcome"], counts)
        yield _tries("retention_removed", "What was kept long enough", ["kind"], counts)
        disabled = counts.get(("webhooks_disabled",), 0)
        yield CounterMetricFamily("doorbell_webhooks_disabled", "Given up", value=disabled)
        try:
            for name, due in DUE.items():
                yield from _due_gauges(name, due())
        except (DatabaseError, PoolTimeout):
            return


def register() -> None:
    """Let /metrics show deliveries; once per process."""
    REGISTRY.register(cast(Any, DeliveryCollector()))


def _call_ages(counts: dict[tuple[str, ...], float]) -> Metric:
    bounds = [str(bound) for bound in counters.BOUNDS_S]
    sums = accumulate(counts.get(("call_age", bound), 0) for bound in bounds)
    # Prometheus' own spelling of infinity.
    names = [*bounds[:-1], "+Inf"]
    return HistogramMetricFamily(
        "doorbell_call_age_seconds",
        "From an arrival to its first call",
        buckets=list(zip(names, sums, strict=True)),
        sum_value=counts.get(("call_age", "sum"), 0),
    )


def _tries(
    name: str, text: str, labels: list[str], counts: dict[tuple[str, ...], float]
) -> CounterMetricFamily:
    family = CounterMetricFamily(f"doorbell_{name}", text, labels=labels)
    for (first, *values), count in counts.items():
        if first == name:
            family.add_metric(values, count)
    return family


def _due_gauges(name: str, rows: Any) -> Iterable[Metric]:
    found = rows.aggregate(count=Count("pk"), oldest=Min("next_at"))
    late_s = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    yield GaugeMetricFamily(f"doorbell_{name}_due", "Due and not done", value=found["count"])
    late = f"doorbell_{name}_late_seconds"
    yield GaugeMetricFamily(late, "How long the oldest of them has been due", value=late_s)
