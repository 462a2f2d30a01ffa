"""What happened, told to everybody who listens, once the transaction commits.

Delivery is at most once; clients heal by `since`. Topics are made of internal ids only.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Protocol, cast
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction

# What the topics of rooms begin with.
ROOM = "room."


class Publisher(Protocol):
    """The part of the channel layer that synchronous code uses; never raises."""

    def publish_soon(self, topic: str, event: dict[str, Any]) -> None: ...

    def kick_soon(self, match: dict[str, str], code: int) -> None: ...


def room_topic(room_uuid: UUID | str) -> str:
    return f"{ROOM}{room_uuid}"


def account_topic(account_uuid: UUID | str) -> str:
    return f"account.{account_uuid}"


def to_ms(at: datetime) -> int:
    """Return Unix milliseconds, the wire's clock."""
    return int(at.timestamp() * 1000)


def publish(topic: str, event: str, room: UUID | str | None, data: dict[str, Any]) -> None:
    """Send the event to the topic after commit (at once outside a transaction)."""
    frame: dict[str, Any] = {"event": event, "data": data}
    if room is not None:
        frame["room"] = str(room)
    transaction.on_commit(partial(_ringer().publish_soon, topic, frame), robust=True)


def kick(code: int, **match: UUID | str) -> None:
    """Close every socket whose facts match, after commit, with this close code.

    Facts are `account`, `link`, `room`, `guest`, `participant`, `membership`, `session`, `key`.
    """
    facts = {name: str(value) for name, value in match.items()}
    transaction.on_commit(partial(_ringer().kick_soon, facts, code), robust=True)


def _ringer() -> Publisher:
    return cast(Publisher, get_channel_layer())
