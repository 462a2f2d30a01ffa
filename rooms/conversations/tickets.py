from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from sys import intern
from typing import Any

from django.conf import settings
from django.core import signing

from rooms.base.sealing import BadToken, seal, unseal

# Sub-protocol names are RFC 9110 tokens, which may not contain Django's usual colon.
_tickets = signing.TimestampSigner(salt="doorbell.ticket", sep=".")
_resumes = signing.TimestampSigner(salt="doorbell.resume", sep=".")


@dataclass(frozen=True, slots=True)
class TicketClaims:
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


def sign_ticket(claims: TicketClaims) -> str:
    """Return a token that opens a socket for TICKET_TTL_S seconds."""
    return _tickets.sign_object(_pack(claims))


def sign_resume(claims: TicketClaims) -> str:
    """Return a token that opens the same connection again for RESUME_TTL_S seconds."""
    return _resumes.sign_object(_pack(claims))


def read_ticket_claims(token: str) -> TicketClaims:
    """Return what a ticket or resume token lets in. Raises BadToken."""
    for signer, max_age in (
        (_tickets, settings.TICKET_TTL_S),
        (_resumes, settings.RESUME_TTL_S),
    ):
        try:
            content = signer.unsign_object(token, max_age=max_age)
            if "session" in content:
                content["session"] = unseal(content["session"])
            # A process holds thousands of passes; whoever and whatever they name is one string.
            return TicketClaims(**{name: intern(value) for name, value in content.items()})
        except (signing.BadSignature, TypeError, ValueError):
            continue
    raise BadToken


def _pack(claims: TicketClaims) -> dict[str, Any]:
    content = {name: value for name, value in asdict(claims).items() if value}
    if claims.session:
        content["session"] = seal(claims.session)
    return content
