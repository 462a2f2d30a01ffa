"""An address that will not work any more is switched off, and its member hears of it elsewhere."""

from __future__ import annotations

import smtplib

from celery import current_app
from django.db import transaction

from accounts.targets.models import Target
from rooms.base import broker
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.email.mail import write_switched_off

ERROR_MAX_CHARS = 200
QUEUE = "notify_slow"
TASK = "rooms.notifications.tasks.tell_switched_off"


def switch_off(target_id: int, reason: str) -> None:
    """Switch the target off and have its member told, once: who is off already stays so."""
    on = Target.objects.filter(pk=target_id, enabled=True)
    if on.update(enabled=False, last_error=reason[:ERROR_MAX_CHARS]):
        job = (current_app.signature(TASK), target_id, QUEUE)
        transaction.on_commit(lambda: broker.publish([job]), robust=True)


def tell_switched_off(target_id: int) -> bool:
    """Write to the member's own address, unless that is the one that failed; False: try again."""
    rows = Target.objects.select_related("account", "membership__user")
    target = rows.filter(pk=target_id, enabled=False).first()
    if target is None or not target.membership.user.is_active:
        return True
    email = target.membership.user.email
    if target.address.get("email", "").lower() == email.lower():
        return True
    channel = channel_of(target.kind)
    mail = write_switched_off(
        target, email, channel=channel.title, address=channel.describe(target)
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused:
        return True
    except (OSError, smtplib.SMTPException):
        return False
    return True
