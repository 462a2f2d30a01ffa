"""Signed, sealed and random words: link addresses, tickets, the guest's cookie, secrets."""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from dataclasses import asdict, dataclass
from functools import cache
from sys import intern
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import signing

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LINK_TOKEN_CHARS = 12


class BadToken(Exception):
    """The token is forged, expired or not of this kind."""


def make_link_token() -> str:
    """Return a fresh address: 70 bits, a doorbell's address rather than a key."""
    return "".join(secrets.choice(BASE58) for _ in range(LINK_TOKEN_CHARS))


# Sub-protocol names are RFC 9110 tokens, which may not contain Django's usual colon.
_tickets = signing.TimestampSigner(salt="doorbell.ticket", sep=".")
_resumes = signing.TimestampSigner(salt="doorbell.resume", sep=".")
_guests = signing.Signer(salt="doorbell.guest")


@dataclass(frozen=True, slots=True)
class Pass:
    """What a ticket lets in: one room and participant, or one account and member.

    `connection` names the socket; a second socket with the same one replaces the first.
    `session` is the browser session of a signed-in member, so that signing out closes it;
    `key` is the API key of a program without a member.
    """

    account: str
    connection: str
    room: str = ""
    participant: str = ""
    membership: str = ""
    session: str = ""
    key: str = ""


def new_connection() -> str:
    return uuid.uuid4().hex[:16]


def sign_ticket(entry: Pass) -> str:
    """Return a token that opens a socket for TICKET_TTL_S seconds."""
    return _tickets.sign_object(_pack(entry))


def sign_resume(entry: Pass) -> str:
    """Return a token that opens the same connection again for RESUME_TTL_S seconds."""
    return _resumes.sign_object(_pack(entry))


def read_pass(token: str) -> Pass:
    """Return what a ticket or resume token lets in. Raises BadToken."""
    for signer, max_age in (
        (_tickets, settings.TICKET_TTL_S),
        (_resumes, settings.RESUME_TTL_S),
    ):
        try:
            content = signer.unsign_object(token, max_age=max_age)
            if "session" in content:
                content["session"] = _unseal(content["session"])
            # A process holds thousands of passes; whoever and whatever they name is one string.
            return Pass(**{name: intern(value) for name, value in content.items()})
        except (signing.BadSignature, TypeError, ValueError):
            continue
    raise BadToken


def _pack(entry: Pass) -> dict[str, Any]:
    content = {name: value for name, value in asdict(entry).items() if value}
    if entry.session:
        content["session"] = _seal(entry.session)
    return content


def seal_secret(text: str) -> str:
    """Encrypt what rests in the database and must be used again, like a webhook's secret."""
    return _seal(text, _WEBHOOK)


def open_secret(sealed: str) -> str:
    """Return what seal_secret hid. Raises BadToken."""
    return _unseal(sealed, _WEBHOOK)


_SESSION, _WEBHOOK = b"doorbell.ticket.session", b"doorbell.webhook.secret"


def _seal(text: str, purpose: bytes = _SESSION) -> str:
    """Encrypt: a token is readable by scripts, which must not learn the session cookie."""
    return _fernet(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def _unseal(text: str, purpose: bytes = _SESSION) -> str:
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


def sign_guest(guest_uuid: uuid.UUID) -> str:
    """Return the value of the guest's cookie."""
    return _guests.sign(guest_uuid.hex)


def read_guest(value: str) -> uuid.UUID:
    """Return the guest named by the cookie. Raises BadToken."""
    try:
        return uuid.UUID(_guests.unsign(value))
    except (signing.BadSignature, ValueError):
        raise BadToken from None
