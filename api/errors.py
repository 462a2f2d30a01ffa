"""Refusals that only programs meet: about the request itself, not about the domain."""

from __future__ import annotations

from accounts.base.errors import Conflict, DomainError


class InsufficientScope(DomainError):
    """The key's scope or the member's role does not reach this far."""

    code = "insufficient_scope"
    status = 403
    text = "This key or role may not do this."


class MalformedJson(DomainError):
    code = "malformed_json"
    status = 400
    text = "The body is not JSON."


class MalformedForm(DomainError):
    code = "malformed_form"
    status = 400
    text = "The body is not multipart/form-data."


class UnknownParameter(DomainError):
    """A query parameter that this operation does not take."""

    code = "unknown_parameter"
    status = 400


class BadCursor(DomainError):
    """The cursor was not made by this list."""

    code = "bad_cursor"
    status = 400
    text = "This cursor does not belong to this list."


class LengthRequired(DomainError):
    """A body came without a Content-Length."""

    code = "length_required"
    status = 411
    text = "Send a Content-Length."


class PreconditionFailed(DomainError):
    """The thing changed since the ETag in If-Match was read."""

    code = "precondition_failed"
    status = 412
    text = "This has changed since you read it."


class IdempotencyKeyBad(DomainError):
    code = "idempotency_key_bad"
    status = 400
    text = "An Idempotency-Key has 1 to 120 ASCII characters, none of them a space."


class IdempotencyKeyReused(Conflict):
    """The same Idempotency-Key came again with another request."""

    code = "idempotency_key_reused"
    text = "This Idempotency-Key already names another request."


class IdempotencyInProgress(Conflict):
    """The first request with this Idempotency-Key is not finished yet."""

    code = "idempotency_in_progress"
    temporary = True
    text = "The first request with this Idempotency-Key is still running."
