from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from sys import intern
from typing import Any

from django.conf import settings

from accounts.base.sealing import BadToken, Signature, seal, unseal

_tickets = Signature("doorbell.ticket", dated=True)
_resumes = Signature("doorbell.resume", dated=True)
# A ticket is readable by scripts, which must not learn the session cookie.
_SESSION = "doorbell.ticket.session"


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
    for signature, max_age_s in (
        (_tickets, settings.TICKET_TTL_S),
        (_resumes, settings.RESUME_TTL_S),
    ):
        try:
            content = signature.read_object(token, max_age_s)
            if "session" in content:
                content["session"] = unseal(content["session"], _SESSION)
            # A process holds thousands of passes; whoever and whatever they name is one string.
            return TicketClaims(**{name: intern(value) for name, value in content.items()})
        except (BadToken, TypeError, ValueError):
            continue
    raise BadToken


def was_signed_here(token: str) -> bool:
    """Whether it is one of our tickets, be it too old by now. Nothing is looked up."""
    for signature in (_tickets, _resumes):
        try:
            signature.read_object(token)
            return True
        except BadToken:
            continue
    return False


def _pack(claims: TicketClaims) -> dict[str, Any]:
    content = {name: value for name, value in asdict(claims).items() if value}
    if claims.session:
        content["session"] = seal(claims.session, _SESSION)
    return content
