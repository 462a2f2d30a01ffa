"""Values that leave our hands for a while: nobody else can read or change them."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """Not sealed by us for this purpose."""


def seal(purpose: str, value: bytes) -> str:
    """Return the value as URL-safe text that only `unseal` for the same purpose reads."""
    return _box(purpose).encrypt(value).decode().rstrip("=")


def unseal(purpose: str, text: str) -> bytes:
    """Return what was sealed. Raises Unsealable."""
    try:
        return _box(purpose).decrypt((text + "=" * (-len(text) % 4)).encode())
    except (InvalidToken, ValueError):
        raise Unsealable from None


def _box(purpose: str) -> MultiFernet:
    secrets: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # type: ignore[list-item]
    digests = (hashlib.sha256(f"doorbell.{purpose}.{secret}".encode()) for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(d.digest())) for d in digests])
