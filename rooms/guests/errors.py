from __future__ import annotations

from accounts.base.errors import DomainError, NotFound


class NicknameMissing(DomainError):
    code = "nickname_required"
    status = 400
    text = "Please say how we may call you."


class GuestBlocked(DomainError):
    code = "banned"
    status = 403
    text = "You cannot write here."


class GuestNotFound(NotFound):
    """No guest of this account has this id."""

    code = "guest_not_found"
