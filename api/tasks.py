from __future__ import annotations

from celery import shared_task

from api import idempotency


@shared_task
def sweep_idempotency_records() -> int:
    """Forget answers kept for repeats; may run at any time and twice."""
    return idempotency.sweep_records()
