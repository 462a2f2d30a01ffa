"""What every channel tells of an arrival, and to whom in which language."""

from __future__ import annotations

import unicodedata

from django.conf import settings

from accounts.users.models import User
from rooms.notifications.digests import Digest
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
    room = delivery.arrival.room
    return f"{inbox_url()}/{room.uuid}" if room and room.pk else inbox_url()


def inbox_url() -> str:
    return f"{settings.SITE_URL}/inbox"


def pause_url(digest: Digest) -> str:
    """Return the page with the button that closes the door to new guests."""
    properties_url = f"{settings.SITE_URL}/properties"
    if digest.link is not None:
        return f"{properties_url}/links/{digest.link.uuid}#pause"
    return f"{properties_url}/{digest.property.uuid}#pause" if digest.property else properties_url


def settings_url() -> str:
    return f"{settings.SITE_URL}/notifications"
