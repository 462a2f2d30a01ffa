from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static

from rooms.attachments.file_types import ENDINGS


def describe_uploads() -> dict[str, Any]:
    """Return what a page has to know before somebody chooses a file."""
    return {
        "script": static("rooms/attachments/upload.js"),
        "accept": ",".join(f".{ending}" for ending in ENDINGS),
        "max_bytes": settings.ATTACHMENT_MAX_BYTES,
    }
