"""How second factors are kept: encrypted, so that a copy of the database opens nothing."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from accounts.base.sealing import seal, unseal

PURPOSE = "doorbell.mfa:"


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, PURPOSE)

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)
