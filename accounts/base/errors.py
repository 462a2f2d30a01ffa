"""Refusals: what a caller did that the domain does not allow.

Three edges translate them (HTML, REST, WebSocket); nothing else catches one.
"""

from __future__ import annotations

import math


class DomainError(Exception):
    """A refusal with a stable `code`; `temporary` says whether trying again may work."""

    code = "refused"
    status = 400
    temporary = False
    text = "This is not possible."

    def __init__(self, text: str = "", *, field: str = "") -> None:
        super().__init__(text or self.text)
        self.field = field

    @property
    def errors(self) -> list[dict[str, str]]:
        """Each value that is not acceptable: `field`, `code`, `detail`."""
        if not self.field:
            return []
        return [{"field": self.field, "code": self.code, "detail": str(self)}]

    @property
    def facts(self) -> dict[str, object]:
        """What else a program is told of this refusal."""
        return {}


class NotFound(DomainError):
    """The thing is absent or belongs to somebody else; both look the same."""

    code = "not_found"
    status = 404
    text = "There is no such thing here."


class Forbidden(DomainError):
    """The caller may see the thing but not do this to it."""

    code = "forbidden"
    status = 403
    text = "Your role does not allow this."


class Invalid(DomainError):
    """A value is not acceptable; `field` names it."""

    code = "invalid"
    status = 400


class Conflict(DomainError):
    """The change does not fit what is there now."""

    code = "conflict"
    status = 409


class OwnerHasPassword(Conflict):
    """The owner signs in by themselves; nobody else may do it for them any more."""

    code = "owner_has_password"
    text = "The owner has chosen a password and signs in with it."


class LimitReached(DomainError):
    """A limit of the account is used up; nothing was written.

    `retry_after_s` says when there is more, where the clock alone brings it.
    """

    code = "limit_reached"
    status = 403

    def __init__(self, limit: str, allowed: int, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"The limit “{limit}” of this account is {allowed}.")
        self.limit = limit
        self.allowed = allowed
        self.retry_after_s = retry_after_s

    @property
    def facts(self) -> dict[str, object]:
        facts: dict[str, object] = {"limit": self.limit, "allowed": self.allowed}
        if self.retry_after_s is not None:
            facts["retry_after_s"] = math.ceil(self.retry_after_s)
        return facts


class RateLimited(DomainError):
    """Too fast; `retry_after_s` says when to come back, `limit` which one it was, if named."""

    code = "rate_limited"
    status = 429
    temporary = True
    text = "Too many requests."

    def __init__(self, retry_after_s: float, *, limit: str = "") -> None:
        super().__init__()
        self.retry_after_s = retry_after_s
        self.limit = limit

    @property
    def facts(self) -> dict[str, object]:
        if not self.limit:
            return {}
        return {"limit": self.limit, "retry_after_s": math.ceil(self.retry_after_s)}


class Unavailable(DomainError):
    """A service behind us does not answer or is too busy; nothing was changed."""

    code = "unavailable"
    status = 503
    temporary = True
    text = "The service cannot answer right now."

    def __init__(self, text: str = "", *, retry_after_s: float = 2) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class AccountSuspended(DomainError):
    code = "account_suspended"
    status = 403
    text = "This account is suspended."


# --- About the request itself


class Unauthenticated(DomainError):
    """No key, a revoked or expired one, or no session."""

    code = "unauthenticated"
    status = 401
    text = "Sign in, or send an API key as “Authorization: Bearer <key>”."


class CsrfFailed(DomainError):
    """A signed-in page changed something without its CSRF token."""

    code = "csrf_failed"
    status = 403
    text = "The CSRF token is missing or wrong."


class ConfirmationRequired(DomainError):
    """The member must show once more that it is them; a key never has to."""

    code = "reauthentication_required"
    status = 403
    text = "Show first that it is you: /accounts/reauthenticate/ asks for it."


class MfaRequired(DomainError):
    """The account demands a second factor, and the member's time to set one up is over."""

    code = "mfa_required"
    status = 403
    text = "Set up a second factor first: /account/second-factor."


class MalformedRequest(DomainError):
    """A form or header that is broken before anybody asks what it says."""

    code = "malformed_request"
    status = 400
    text = "The request cannot be read."


class BodyTooLarge(DomainError):
    code = "body_too_large"
    status = 413
    text = "The body is too large."


class MethodNotAllowed(DomainError):
    code = "method_not_allowed"
    status = 405
    text = "This address does not take this method."


class UnsupportedMediaType(DomainError):
    code = "unsupported_media_type"
    status = 415
    text = "Send application/json."


class Internal(DomainError):
    """A bug of ours."""

    code = "internal"
    status = 500
    temporary = True
    text = "Something went wrong on our side."
