"""Who may no longer listen: closes the sockets of removed members and closed accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from accounts.access import mark_session
from accounts.hooks import account_closed, member_removed
from rooms import events

BAD_TICKET = 4500
ROOM_GONE = 4502
BANNED = 4503


def close_member_sockets(membership_uuid: UUID, **_: Any) -> None:
    events.kick(BANNED, membership=membership_uuid)


def close_account_sockets(account_uuid: UUID, **_: Any) -> None:
    events.kick(ROOM_GONE, account=account_uuid)


def close_session_sockets(request: HttpRequest | None, **_: Any) -> None:
    """Close the sockets of a browser that signs out; it has forgotten its session next."""
    mark = mark_session(request) if request is not None else ""
    if mark:
        events.kick(BAD_TICKET, session=mark)


def listen() -> None:
    """Answer what the floor below does; called once at start."""
    member_removed.connect(close_member_sockets)
    account_closed.connect(close_account_sockets)
    user_logged_out.connect(close_session_sockets)
