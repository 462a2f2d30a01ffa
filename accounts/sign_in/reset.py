"""Tokens of mails for a new password. They name the mailbox that they were sent to.

Whoever uses one reads that mailbox, so the address is proven by it.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from accounts.base.sealing import BadToken, Signature
from accounts.users.models import User

_signature = Signature("doorbell.reset")


class ResetTokenGenerator(PasswordResetTokenGenerator):
    """Django's token, void once an address comes or goes; what follows the dot is ours."""

    def check_token(self, user: User | None, token: str | None) -> bool:
        return super().check_token(user, (token or "").partition(".")[0])

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        addresses = EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)
        return super()._make_hash_value(user, timestamp) + "|".join(sorted(addresses))


def name_mailbox(token: str, user: User, email: str) -> str:
    """Return the token with the address that it is sent to."""
    return f"{token}.{_signature.sign_object({'user': str(user.uuid), 'email': email.lower()})}"


def read_mailbox(token: str, user: User) -> str:
    """Return the address that the user's token was sent to, else ""."""
    try:
        facts = _signature.read_object(token.partition(".")[2])
    except BadToken:
        return ""
    return str(facts["email"]) if facts.get("user") == str(user.uuid) else ""
