"""Who is to be called about an arrival, decided in the transaction that stores it."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import partial
from typing import Any

from django.db import connection, transaction

from rooms.arrivals.models import Arrival
from rooms.notifications.queue import ring
from rooms.properties.models import Property

# A countdown in the broker is exact, but a longer one is told twice (visibility timeout).
MAX_COUNTDOWN_S = 60
# Targets that may be called, in their account. A pause is over by the database's clock.
USABLE = """
    FROM accounts_target t
    JOIN accounts_membership m ON m.id = t.membership_id
    JOIN accounts_user u ON u.id = m.user_id {steps}
    WHERE t.account_id = %(account)s AND t.enabled AND t.verified_at IS NOT NULL
      AND u.is_active AND (t.snoozed_until IS NULL OR t.snoozed_until <= now())
"""
NAMED = """
    JOIN jsonb_to_recordset(%(steps)s::jsonb) AS s(after_s integer, who text, channels jsonb)
      ON (s.channels = '[]' OR s.channels ? t.kind) AND (
        s.who IN ('everyone', m.role, m.uuid::text) OR s.who = 'on_duty' AND m.on_duty)
"""
# Each target with the first step that names it.
BY_STEPS = (
    "SELECT DISTINCT ON (t.id) t.id, t.kind, t.account_id, s.after_s"
    + USABLE.format(steps=NAMED)
    + "ORDER BY t.id, s.after_s"
)
# Most properties have no steps, and pay nothing for those of others.
PLAINLY = "SELECT t.id, t.kind, t.account_id, %(after_s)s AS after_s" + USABLE.format(steps="")
# One statement, however many targets, on the database's clock, which is also the one that
# says later what is due. A repeat for the same arrival adds nothing.
PLAN = """
WITH chosen AS ({chosen}), planned AS (
    INSERT INTO rooms_delivery
        (uuid, account_id, arrival_id, target_id, state, attempts, next_at, note, created_at)
    SELECT gen_random_uuid(), account_id, %(arrival)s, id, 'waiting', 0,
           now() + make_interval(secs => after_s), '', now()
    FROM chosen
    ON CONFLICT (arrival_id, target_id) DO NOTHING
    RETURNING target_id
)
SELECT c.id, c.kind, c.after_s FROM planned p JOIN chosen c ON c.id = p.target_id
"""
PLAN_BY_STEPS, PLAN_PLAINLY = PLAN.format(chosen=BY_STEPS), PLAN.format(chosen=PLAINLY)


def plan_deliveries(arrival: Arrival, property: Property) -> None:
    """Make one delivery per usable target; a repeat for the same arrival changes nothing.

    Rows are made even while somebody is at the desk: that is judged when they are due.
    Those due within a minute are queued after commit, each for its second; the sweep finds the
    others, and any that a broker lost.
    """
    values: dict[str, Any] = {
        "arrival": arrival.pk,
        "account": arrival.account_id,
        "steps": json.dumps(property.ladder),
        "after_s": property.call_after_s,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN_BY_STEPS if property.ladder else PLAN_PLAINLY, values)
        planned = cursor.fetchall()
    due: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for target_id, kind, after_s in planned:
        due[after_s].append((target_id, kind))
    for after_s, targets in due.items():
        if after_s <= MAX_COUNTDOWN_S:
            transaction.on_commit(partial(ring, targets, after_s), robust=True)
