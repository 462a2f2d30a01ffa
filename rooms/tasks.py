"""What runs by the clock. Every job is a sweep over due rows, so two beats do no harm."""

from __future__ import annotations

from celery import shared_task

from rooms.notifications.sweep import queue_due


@shared_task
def sweep_deliveries() -> None:
    """Queue deliveries that are due: later rungs, retries, and what a broker or worker lost."""
    queue_due()
