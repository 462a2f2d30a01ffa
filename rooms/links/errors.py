from __future__ import annotations

from accounts.base.errors import Conflict, DomainError, NotFound


class LinkNotFound(NotFound):
    """No link answers to this address, or none that this account owns."""

    code = "link_not_found"


class LinkGone(DomainError):
    """The link was revoked, has expired, has not begun or is full."""

    code = "link_gone"
    status = 410
    text = "This link does not lead to a conversation any more."


class LinkRevoked(Conflict):
    """The owner took this link back for good; make a new one instead."""

    code = "link_revoked"
    text = "This link was revoked. Make a new one instead."


class PrefillWrong(DomainError):
    """The signed facts are forged, expired or were made for another link."""

    code = "prefill_invalid"
    text = "This personal link has expired. You can still come in without it."


class PasscodeWrong(DomainError):
    code = "passcode_wrong"
    status = 403
    text = "This link asks for a passcode."


class SlugTaken(Conflict):
    code = "slug_taken"
    text = "This address is taken."
