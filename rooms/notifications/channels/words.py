"""What every channel tells of an arrival, and to whom in which language."""

from __future__ import annotations

import unicodedata

from django.conf import settings

from accounts.users.models import User
from rooms.notifications.models import Delivery

LINE_MAX_CHARS = 120


def to_line(text: str) -> str:
    """Return the text on one line, without control and bidirectional characters."""
    words = " ".join(text.split())
    return "".join(c for c in words if unicodedata.category(c)[0] != "C")[:LINE_MAX_CHARS]


def language_of(user: User) -> str:
    known = dict(settings.LANGUAGES)
    return user.language if user.language in known else settings.LANGUAGE_CODE


def room_url(delivery: Delivery) -> str:
    """Return where the member answers. The room of a test call does not exist."""
    room, inbox_url = delivery.arrival.room, f"{settings.SITE_URL}/inbox"
    return f"{inbox_url}/{room.uuid}" if room and room.pk else inbox_url


def settings_url() -> str:
    return f"{settings.SITE_URL}/notifications"
