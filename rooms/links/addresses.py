"""The addresses that leave the house: in mails, QR codes and answers to programs."""

from __future__ import annotations

from django.conf import settings

from rooms.links.models import DirectLink


def link_url(link: DirectLink) -> str:
    """Return the address to hand out."""
    return f"{settings.SITE_URL}/c/{link.address}"
