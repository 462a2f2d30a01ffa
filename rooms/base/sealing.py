"""Signed, sealed and random words: link addresses, tickets, the guest's cookie, secrets."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class BadToken(Exception):
    """The token is forged, expired or not of this kind."""


def seal_secret(text: str) -> str:
    """Encrypt what rests in the database and must be used again, like a webhook's secret."""
    return seal(text, _WEBHOOK)


def open_secret(sealed: str) -> str:
    """Return what seal_secret hid. Raises BadToken."""
    return unseal(sealed, _WEBHOOK)


_SESSION, _WEBHOOK = b"doorbell.ticket.session", b"doorbell.webhook.secret"


def seal(text: str, purpose: bytes = _SESSION) -> str:
    """Encrypt: a token is readable by scripts, which must not learn the session cookie."""
    return _fernet(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def unseal(text: str, purpose: bytes = _SESSION) -> str:
    """Raises BadToken."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    try:
        rings = MultiFernet([_fernet(key, purpose) for key in keys])
        return rings.decrypt(text.encode()).decode()
    except InvalidToken:
        raise BadToken from None


@cache
def _fernet(secret: str, purpose: bytes) -> Fernet:
    digest = hashlib.sha256(purpose + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
