from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.audit.models import AuditEvent
from accounts.tenants.models import Account


def find_events(
    account: Account,
    *,
    actor: str = "",
    action: str = "",
    since: date | None = None,
    until: date | None = None,
    **_: Any,
) -> QuerySet[AuditEvent]:
    """Return the account's lines, newest first; the last day counts to its end, days are UTC.

    `actor` is a word like "key:<uuid>" or a part of a name, `action` one action or the word
    before its dot.
    """
    events = AuditEvent.objects.for_account(account)
    if actor:
        events = events.filter(Q(actor=actor) | Q(actor_name__icontains=actor))
    if action:
        events = events.filter(Q(action=action) | Q(action__startswith=f"{action}."))
    if since is not None:
        events = events.filter(at__gte=_begin(since))
    if until is not None:
        events = events.filter(at__lt=_begin(until) + timedelta(days=1))
    return events.order_by("-id")


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
