from __future__ import annotations

from django.conf import settings

from rooms.attachments.models import Attachment


def content_url(attachment: Attachment) -> str:
    """Return where a program with a key reads the file."""
    return f"{settings.SITE_URL}/api/v1/attachments/{attachment.uuid}/content"
