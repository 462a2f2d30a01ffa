"""The WebSocket edge of all errors: what is told, and what ends the socket."""

from __future__ import annotations

import logging
from typing import Any

from django.db import InterfaceError, OperationalError

from accounts.base.errors import DomainError, LimitReached, RateLimited, Unavailable
from rooms.base import close_codes
from signaling.wire.protocol import ProtocolError

logger = logging.getLogger(__name__)

# Refusals that end the socket: what the ticket was given for is gone.
FATAL = {
    "banned": close_codes.BANNED,
    "bad_ticket": close_codes.BAD_TICKET,
    "link_gone": close_codes.ROOM_GONE,
    "account_suspended": close_codes.ROOM_GONE,
}


def describe_error(error: Exception) -> tuple[str, bool, dict[str, Any]]:
    """Return code, whether trying again may work, and what else to say."""
    match error:
        case ProtocolError():
            return error.code, False, {"field": error.field} if error.field else {}
        case RateLimited() | Unavailable() | LimitReached() if error.retry_after_s is not None:
            limit: str = getattr(error, "limit", "")
            named = {"limit": limit} if limit else {}
            wait_ms = int(error.retry_after_s * 1000) + 1
            return error.code, error.temporary, {"retry_after_ms": wait_ms, **named}
        case DomainError():
            code = "bad_command" if error.code == "invalid" else error.code
            return code, error.temporary, {"field": error.field} if error.field else {}
        case OperationalError() | InterfaceError():
            return Unavailable.code, True, {}
    logger.exception("A frame failed", exc_info=error)
    return "internal", True, {}
