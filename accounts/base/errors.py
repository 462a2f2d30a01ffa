"""Refusals: what a caller did that the domain does not allow.

Three edges translate them (HTML, REST, WebSocket); nothing else catches one.
"""

from __future__ import annotations


class DomainError(Exception):
    """A refusal with a stable `code`; `temporary` says whether trying again may work."""

    code = "refused"
    status = 400
    temporary = False
    text = "This is not possible."

    def __init__(self, text: str = "", *, field: str = "") -> None:
        super().__init__(text or self.text)
        self.field = field


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
    """A limit of the account is used up; nothing was written."""

    code = "limit_reached"
    status = 403

    def __init__(self, limit: str, allowed: int) -> None:
        super().__init__(f"The limit “{limit}” of this account is {allowed}.")
        self.limit = limit
        self.allowed = allowed


class RateLimited(DomainError):
    """Too fast; `retry_after_s` says when to come back."""

    code = "rate_limited"
    status = 429
    temporary = True
    text = "Too many requests."

    def __init__(self, retry_after_s: float) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


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
