"""The addresses that leave the house: in mails, QR codes and answers to programs."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from rooms.links.models import DirectLink

# Below it lies whatever a guest's browser asks for, and their cookie reaches no further.
GUEST_PATH = "/c/"


def link_url(link: DirectLink, **query: str) -> str:
    """Return the address to hand out."""
    url = f"{settings.SITE_URL}{guest_path(link.address)}"
    return f"{url}?{urlencode(query)}" if query else url


def guest_path(address: str, below: str = "") -> str:
    """Return the path of the guest's page, or of what lies below it."""
    return f"{GUEST_PATH}{address}{below}"
