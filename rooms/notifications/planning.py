"""Who is to be called about an arrival, decided in the transaction that stores it."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import partial
from typing import Any

from django.db import connection, transaction

from rooms.arrivals.models import Arrival
from rooms.notifications.ladder import read_steps
from rooms.notifications.queue import ring
from rooms.properties.models import Property

# A countdown in the broker is exact, but a longer one is told twice (visibility timeout).
MAX_COUNTDOWN_S = 60
# One statement, however many targets, on the database's clock, which is also the one that
# says later what is due. Each target has its first step; a repeat for the arrival adds nothing.
PLAN = """
WITH steps AS (
    SELECT * FROM jsonb_to_recordset(%(steps)s::jsonb)
        AS step(after_s integer, who text, channels jsonb)
), chosen AS (
    SELECT DISTINCT ON (t.id) t.id, t.kind, t.account_id, s.after_s
    FROM accounts_target t
    JOIN accounts_membership m ON m.id = t.membership_id
    JOIN accounts_user u ON u.id = m.user_id
    JOIN steps s ON (s.channels = '[]' OR s.channels ? t.kind) AND (
        s.who IN ('everyone', m.role, m.uuid::text) OR s.who = 'on_duty' AND m.on_duty)
    WHERE t.account_id = %(account)s AND t.enabled AND t.verified_at IS NOT NULL
      AND u.is_active AND (t.snoozed_until IS NULL OR t.snoozed_until <= now())
    ORDER BY t.id, s.after_s
), planned AS (
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


def plan_deliveries(arrival: Arrival, property: Property) -> None:
    """Make one delivery per usable target; a repeat for the same arrival changes nothing.

    Rows are made even while somebody is at the desk: that is judged when they are due.
    Those due within a minute are queued after commit, each for its second; the sweep finds the
    others, and any that a broker lost.
    """
    steps = [
        {"after_s": step.after_s, "who": step.who, "channels": list(step.channels)}
        for step in read_steps(property)
    ]
    values: dict[str, Any] = {
        "arrival": arrival.pk,
        "account": arrival.account_id,
        "steps": json.dumps(steps),
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN, values)
        planned = cursor.fetchall()
    due: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for target_id, kind, after_s in planned:
        due[after_s].append((target_id, kind))
    for after_s, targets in due.items():
        if after_s <= MAX_COUNTDOWN_S:
            transaction.on_commit(partial(ring, targets, after_s), robust=True)
