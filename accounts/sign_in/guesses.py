"""Wrong passwords slow down whoever guesses, not the person whose password it is.

Guesses are counted by address and login together. A device somebody signed in with before has a
count of its own, so nobody elsewhere uses it up, not even behind the same address. What many
addresses guess together is bounded per login, for devices and networks that are new to it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from redis import RedisError

from accounts.base.redis import get_redis
from accounts.base.sealing import BadToken, Signature
from accounts.limits import rate_limits
from accounts.users.models import User

COOKIE = "device"
COOKIE_AGE_S = 365 * 86_400
# Strangers' wrong passwords of one day after which the owner gets a mail, once.
NOTICE_AFTER = 5
_signature = Signature("doorbell.device", dated=True)


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be known as one in which the user has signed in."""
    if _read_device(request).get("user") == str(user.uuid):
        return
    facts = {"user": str(user.uuid), "device": secrets.token_hex(8)}
    response.set_cookie(
        COOKIE,
        _signature.sign_object(facts),
        max_age=COOKIE_AGE_S,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def find_device(request: HttpRequest, login: str) -> str:
    """Return the mark of a device in which this login was used before, else ""."""
    facts = _read_device(request)
    if not facts:
        return ""
    theirs = User.objects.filter(_by_login(login), uuid=facts["user"])
    return facts["device"] if theirs.exists() else ""


def name_bucket(request: HttpRequest, login: str) -> str:
    """Return what the wrong passwords of this login are counted by."""
    device = find_device(request, login)
    return f"{login}:{f'device:{device}' if device else rate_limits.client_address(request)}"


def is_guessed_too_often(request: HttpRequest, login: str) -> bool:
    """Return whether strangers have used up the guesses for this login, and this is one."""
    rate = settings.RATE_LIMITS["guess"]
    used = rate_limits.count_used("guess", _digest(login), rate=rate)
    return used >= int(rate.partition("/")[0]) and not _is_known(request, login)


def count_guess(request: HttpRequest, login: str) -> bool:
    """Count a wrong password; return whether it is the one that the owner is told of."""
    if find_device(request, login):
        return False
    rate_limits.check("guess", _digest(login))
    key = f"guesses:{_digest(login)}:{datetime.now(UTC):%Y%m%d}"
    try:
        count = cast(int, get_redis().incr(key))
        get_redis().expire(key, 2 * 86_400)
    except RedisError:
        return False
    return count == NOTICE_AFTER


def forget_guesses(login: str) -> None:
    """Let the login in again everywhere: its owner has just chosen a new password by mail."""
    rate_limits.reset("guess", _digest(login))


def _is_known(request: HttpRequest, login: str) -> bool:
    if find_device(request, login):
        return True
    sessions = UserSession.objects.filter(user__in=User.objects.filter(_by_login(login)))
    here = rate_limits.client_address(request)
    return any(rate_limits.network_of(str(one.ip)) == here for one in sessions)


def _by_login(login: str) -> Q:
    return Q(email=login) | Q(emailaddress__email=login, emailaddress__verified=True)


def _read_device(request: HttpRequest) -> dict[str, str]:
    try:
        facts = _signature.read_object(request.COOKIES.get(COOKIE, ""), COOKIE_AGE_S)
    except BadToken:
        return {}
    return facts


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
