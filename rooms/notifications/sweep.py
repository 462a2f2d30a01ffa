"""Finding deliveries that are due and that no worker has; see DeliveryQueue."""

from __future__ import annotations

from rooms.notifications.queue import CALLS

queue_due = CALLS.queue_due
take_batch = CALLS.take_batch
