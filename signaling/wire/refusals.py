"""The WebSocket edge of all errors: what is told, and what ends the socket."""

from __future__ import annotations

import logging
from typing import Any

from django.db import InterfaceError, OperationalError

from accounts.base.errors import DomainError, RateLimited, Unavailable
from signaling.wire.protocol import CLOSE_CODES, ProtocolError

logger = logging.getLogger(__name__)

# Refusals that end the socket: what the pass was given for is gone.
FATAL = {
    "banned": CLOSE_CODES["banned"],
    "bad_ticket": CLOSE_CODES["bad_ticket"],
    "link_gone": CLOSE_CODES["room_gone"],
    "account_suspended": CLOSE_CODES["room_gone"],
}


def describe_error(error: Exception) -> tuple[str, bool, dict[str, Any]]:
    """Return code, whether trying again may work, and what else to say."""
    match error:
        case ProtocolError():
            return error.code, False, {"field": error.field} if error.field else {}
        case RateLimited() | Unavailable():
            return error.code, True, {"retry_after_ms": int(error.retry_after_s * 1000) + 1}
        case DomainError():
            code = "bad_command" if error.code == "invalid" else error.code
            return code, error.temporary, {"field": error.field} if error.field else {}
        case OperationalError() | InterfaceError():
            return Unavailable.code, True, {}
    logger.exception("A frame failed", exc_info=error)
    return "internal", True, {}
