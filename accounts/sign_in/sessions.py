from __future__ import annotations

import hashlib

from django.http import HttpRequest


def mark_session(request: HttpRequest) -> str:
    """Return a name for the browser session that may leave the server, unlike its key."""
    return mark_session_key(request.session.session_key or "")


def mark_session_key(key: str) -> str:
    return hashlib.sha256(f"doorbell.session:{key}".encode()).hexdigest()[:32] if key else ""
