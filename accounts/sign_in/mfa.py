"""How second factors are kept: encrypted, so that a copy of the database opens nothing."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


def _fernet() -> MultiFernet:
    """Return the cipher of SECRET_KEY that also reads what SECRET_KEY_FALLBACKS wrote."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive_key(secret)) for secret in secrets])


def _derive_key(secret: str | bytes) -> bytes:
    digest = hashlib.sha256(b"doorbell.mfa:" + force_bytes(secret)).digest()
    return base64.urlsafe_b64encode(digest)
