"""Who is to be called about an arrival, decided in the transaction that stores it."""

from __future__ import annotations

from functools import partial

from django.db import connection, transaction

from rooms.arrivals.models import Arrival
from rooms.notifications.queue import ring
from rooms.properties.models import Property

# One statement, however many targets, on the database's clock, which is also the one that
# says later what is due. A repeat for the same arrival adds nothing.
PLAN = """
WITH planned AS (
    INSERT INTO rooms_delivery
        (uuid, account_id, arrival_id, target_id, state, attempts, next_at, note, created_at)
    SELECT gen_random_uuid(), t.account_id, %(arrival)s, t.id, 'waiting', 0,
           now() + make_interval(secs => %(wait_s)s), '', now()
    FROM accounts_target t
    JOIN accounts_membership m ON m.id = t.membership_id
    JOIN accounts_user u ON u.id = m.user_id
    WHERE t.account_id = %(account)s AND t.enabled AND t.verified_at IS NOT NULL
      AND u.is_active AND (t.snoozed_until IS NULL OR t.snoozed_until <= now())
    ON CONFLICT (arrival_id, target_id) DO NOTHING
    RETURNING target_id
)
SELECT t.id, t.kind FROM planned p JOIN accounts_target t ON t.id = p.target_id
"""


def plan_deliveries(arrival: Arrival, property: Property) -> None:
    """Make one delivery per usable target; a repeat for the same arrival changes nothing.

    Rows are made even while somebody is at the desk: that is judged when they are due.
    Those due now are queued after commit; the sweep finds the others, and any that a
    broker lost.
    """
    values = {
        "arrival": arrival.pk,
        "account": arrival.account_id,
        "wait_s": property.call_after_s,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN, values)
        planned = cursor.fetchall()
    if planned and not property.call_after_s:
        transaction.on_commit(partial(ring, planned), robust=True)
