"""What runs by the clock on this floor."""

from __future__ import annotations

from celery import shared_task

from accounts.team.services import accounts

# Few enough for the time a task has; the next run takes the next ones.
ACCOUNTS_A_RUN = 20


@shared_task
def remove_closed_accounts() -> int:
    """Remove accounts whose grace period is over; may run at any time and twice."""
    return accounts.remove_closed_accounts(at_most=ACCOUNTS_A_RUN)
