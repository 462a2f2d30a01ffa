"""Who is to be called about an arrival, decided in the transaction that stores it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from rooms.models import Arrival, Property
from rooms.notifications.bell import ring

# One statement, however many targets; a repeat for the same arrival adds nothing.
PLAN = """
INSERT INTO rooms_delivery
    (uuid, account_id, arrival_id, target_id, state, attempts, next_at, note, created_at)
SELECT gen_random_uuid(), t.account_id, %(arrival)s, t.id, 'waiting', 0, %(next_at)s, '', %(now)s
FROM accounts_target t
JOIN accounts_membership m ON m.id = t.membership_id
JOIN accounts_user u ON u.id = m.user_id
WHERE t.account_id = %(account)s AND t.enabled AND t.verified_at IS NOT NULL AND u.is_active
ON CONFLICT (arrival_id, target_id) DO NOTHING
RETURNING id
"""


def plan_deliveries(arrival: Arrival, property: Property) -> None:
    """Make one delivery per usable target; a repeat for the same arrival changes nothing.

    Rows are made even while somebody is at the desk: that is judged when they are due.
    Those due now are queued after commit; the sweep finds the others, and any that a
    broker lost.
    """
    now = timezone.now()
    values = {
        "arrival": arrival.pk,
        "account": arrival.account_id,
        "now": now,
        "next_at": now + timedelta(seconds=property.call_after_s),
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN, values)
        ids = [row[0] for row in cursor.fetchall()]
    if ids and not property.call_after_s:
        transaction.on_commit(partial(ring, ids), robust=True)
