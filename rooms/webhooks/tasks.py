"""What workers do for webhooks. The rows are the record; a task only says that it is time.

A failed try waits in the database for the sweep: 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h,
8 h, 8 h and some jitter, or longer if the endpoint says so. All of it is safe to run twice, also
at the same time.
"""

from __future__ import annotations

from celery import shared_task

from rooms.webhooks.queue import DELIVERIES

queue_next = DELIVERIES.queue_next


@shared_task
def deliver_due(webhook_id: int) -> None:
    """Try what is due for the endpoint, one after the other; see DeliveryQueue."""
    DELIVERIES.deliver_due(webhook_id)


@shared_task
def deliver(delivery_id: int) -> None:
    """Try one delivery, unless it is not due, is being tried or need not be sent any more."""
    DELIVERIES.deliver_one(delivery_id)
