"""What the world sees of a message: WebSocket, REST, webhooks and the export take it from here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rooms.base import events
from rooms.conversations.models import Message


def describe(
    *,
    seq: int | None,
    client_id: UUID,
    sender: str,
    body: str,
    at_ms: int,
    attachment: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the message as every client sees it; `seq` is None where nothing is stored."""
    described: dict[str, Any] = {
        "seq": seq,
        "client_id": str(client_id),
        "from": sender,
        "body": body,
        "at": at_ms,
    }
    if attachment is not None:
        described["attachment"] = attachment
    return described


def describe_row(message: Message) -> dict[str, Any]:
    """Return the stored message; wants sender and attachment selected."""
    file = getattr(message, "attachment", None)
    return describe(
        seq=message.seq,
        client_id=message.client_id,
        sender=str(message.sender.uuid),
        body=message.body,
        at_ms=events.to_ms(message.at),
        attachment=None if file is None else file.describe(),
    )
