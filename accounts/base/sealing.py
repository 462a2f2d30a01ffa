"""What the secret key does: it encrypts what only we may read, and signs what we alone may write.

What an earlier key made is good as long as that key is among SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes

SECRET_PURPOSE = "doorbell.webhook.secret"


class BadToken(Exception):
    """The token is forged, expired or not of this kind."""


def seal_secret(text: str) -> str:
    """Encrypt what rests in the database and must be used again, like a webhook's secret."""
    return seal(text, SECRET_PURPOSE)


def open_secret(sealed: str) -> str:
    """Return what seal_secret hid. Raises BadToken."""
    return unseal(sealed, SECRET_PURPOSE)


def seal(text: str, purpose: str) -> str:
    """Encrypt; only `unseal` for the same purpose reads it."""
    return _fernet(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """Return what was sealed; the "=" at its end may be missing. Raises BadToken."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    rings = MultiFernet([_fernet(key, purpose) for key in keys])
    try:
        return rings.decrypt((sealed + "=" * (-len(sealed) % 4)).encode()).decode()
    except (InvalidToken, ValueError):
        raise BadToken from None


def reseal(sealed: str, purpose: str) -> str:
    """Return the same text under the present key; what is so already stays as it is.

    Raises BadToken.
    """
    present = _fernet(settings.SECRET_KEY, purpose)
    try:
        present.decrypt((sealed + "=" * (-len(sealed) % 4)).encode())
    except (InvalidToken, ValueError):
        return seal(unseal(sealed, purpose), purpose)
    return sealed


def digest(text: str, purpose: str) -> tuple[str, ...]:
    """Return what stands for a text that nobody is to read (HMAC-SHA256, hexadecimal).

    The first is under the present key and is what rests; compare with all of them.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (salted_hmac(purpose, text, secret=key, algorithm="sha256") for key in keys)
    return tuple(one.hexdigest() for one in made)


@cache
def _fernet(secret: str | bytes, purpose: str) -> Fernet:
    digest = hashlib.sha256(purpose.encode() + force_bytes(secret)).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


@dataclass(frozen=True, slots=True)
class Signature:
    """Makes tokens that everybody can read and nobody else can make, for one purpose.

    They carry the time when `dated`. A dot stands before the signature: Django's colon may not
    be in the name of a sub-protocol, and some mail programs would escape it.
    """

    purpose: str
    sep: str = "."
    dated: bool = False

    def sign(self, text: str) -> str:
        return self._signer().sign(text)

    def sign_object(self, facts: dict[str, Any]) -> str:
        return self._signer().sign_object(facts)

    def read(self, token: str, max_age_s: int | None = None) -> str:
        """Return what was signed. Raises BadToken."""
        try:
            return self._signer().unsign(token, **self._limit(max_age_s))
        except (signing.BadSignature, ValueError):
            raise BadToken from None

    def read_object(self, token: str, max_age_s: int | None = None) -> dict[str, Any]:
        """Return the facts that were signed. Raises BadToken."""
        try:
            facts: dict[str, Any] = self._signer().unsign_object(token, **self._limit(max_age_s))
        except (signing.BadSignature, ValueError):
            raise BadToken from None
        return facts

    def _signer(self) -> signing.Signer:
        kind = signing.TimestampSigner if self.dated else signing.Signer
        return kind(salt=self.purpose, sep=self.sep)

    def _limit(self, max_age_s: int | None) -> dict[str, Any]:
        return {"max_age": max_age_s} if self.dated else {}
