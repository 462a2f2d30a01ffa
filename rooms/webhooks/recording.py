"""What happened, written down for the account's webhooks in the transaction of the change.

One statement an event, and no row where nobody listens.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from rooms.webhooks.queue import ring

# The names on the wire; docs/webhooks.md says what each of them carries.
EVENTS = ("message.posted", "guest.arrived", "owner.called", "room.changed", "room.closed")

INTO = """
INSERT INTO rooms_webhookdelivery
    (uuid, account_id, webhook_id, guest_id, event, payload, state, attempts,
     next_at, created_at, request_excerpt, response_excerpt, note)
"""
LISTENS = "h.enabled AND (h.events = '{}' OR %(event)s = ANY(h.events))"
RECORD = f"""{INTO}
SELECT gen_random_uuid(), h.account_id, h.id, %(guest)s, %(event)s, %(payload)s, 'waiting', 0,
       clock_timestamp(), clock_timestamp(), '', '', ''
FROM rooms_webhook h
WHERE h.account_id = %(account)s AND {LISTENS}
RETURNING webhook_id
"""
RECORD_MESSAGE = f"""{INTO}
SELECT gen_random_uuid(), h.account_id, h.id, p.guest_id, %(event)s, %(payload)s, 'waiting', 0,
       clock_timestamp(), clock_timestamp(), '', '', ''
FROM rooms_participant p
JOIN rooms_webhook h ON h.account_id = p.account_id
WHERE p.id = %(participant)s AND {LISTENS}
RETURNING webhook_id
"""


class Conversation(Protocol):
    """What an event has to know of the room it happened in."""

    uuid: UUID
    account_id: int
    last_seq: int


def record(
    event: str, room: Conversation, data: dict[str, Any], *, guest_id: int | None = None
) -> None:
    """Write the event down for every webhook that listens, and ring after commit.

    `guest_id` is whose visit it tells: the row goes when the guest is erased.
    """
    facts = {"room": room.uuid, "seq": room.last_seq, **data}
    values = {"account": room.account_id, "guest": guest_id}
    _write(RECORD, event, facts, values)


def record_message(*, participant_id: int, data: dict[str, Any]) -> None:
    """The same for a message, whose sender says who the guest is."""
    _write(RECORD_MESSAGE, "message.posted", data, {"participant": participant_id})


def _write(statement: str, event: str, data: dict[str, Any], values: dict[str, Any]) -> None:
    values = {**values, "event": event, "payload": make_payload(event, data)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        ring_after_commit([row[0] for row in cursor.fetchall()])


def make_payload(event: str, data: dict[str, Any]) -> str:
    """Return the JSON text that is signed and sent."""
    content = {"type": event, "timestamp": timezone.now().isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, default=_to_json)


def ring_after_commit(webhook_ids: Sequence[int]) -> None:
    if webhook_ids:
        transaction.on_commit(partial(ring, webhook_ids), robust=True)


def _to_json(value: Any) -> str:
    assert isinstance(value, UUID)
    return str(value)
