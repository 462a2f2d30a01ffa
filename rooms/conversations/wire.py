from __future__ import annotations

from django.conf import settings


def describe_wire() -> dict[str, int]:
    """Return what our settings ask of a page's socket; `wire` in wire/protocol.js takes it."""
    return {
        "ping_ms": settings.PING_INTERVAL_S * 1000,
        "reply_ms": settings.REPLY_TIMEOUT_S * 1000,
        "body_chars": settings.MESSAGE_MAX_CHARS,
    }
