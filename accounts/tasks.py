"""What runs by the clock on this floor."""

from __future__ import annotations

from smtplib import SMTPException

from celery import shared_task

from accounts.sign_in import mails
from accounts.team.services import accounts
from accounts.users.models import User

# Few enough for the time a task has; the next run takes the next ones.
ACCOUNTS_A_RUN = 20


@shared_task
def remove_closed_accounts() -> int:
    """Remove accounts whose grace period is over; may run at any time and twice."""
    return accounts.remove_closed_accounts(at_most=ACCOUNTS_A_RUN)


@shared_task(autoretry_for=(OSError, SMTPException), retry_backoff=10, max_retries=5)
def tell_of_guesses(user_id: int) -> None:
    """Mail the user that somebody guesses their password; nothing without such a user."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        mails.send_guesses(user)
