"""The addresses that leave the house: in mails, QR codes and answers to programs."""

from __future__ import annotations

from django.conf import settings

from rooms.models import Attachment, DirectLink


def link_url(link: DirectLink) -> str:
    """Return the address to hand out."""
    return f"{settings.SITE_URL}/c/{link.address}"


def content_url(attachment: Attachment) -> str:
    """Return where a program with a key reads the file."""
    return f"{settings.SITE_URL}/api/v1/attachments/{attachment.uuid}/content"
