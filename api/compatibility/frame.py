"""What the three dialects share: who calls, and opening the account of `user@host`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.base.errors import Invalid, RateLimited
from accounts.base.middleware import refuses_with
from accounts.base.problems import answer_problem
from accounts.keys.models import ApiKey
from accounts.keys.services import find_api_key
from accounts.limits import rate_limits
from accounts.users.models import User
from rooms.provisioning.bulk.chunks import provision_rows
from rooms.provisioning.bulk.results import CREATED
from rooms.provisioning.bulk.rows import RawRow, check_row

USER_MAX_CHARS = 64
PASSWORD_MAX_CHARS = 1024
# What RFC 6122 takes out of the part before the @; spaces and controls go too.
NOT_IN_A_USER = frozenset("\"&'/:<>@ ")
LOCAL = "localhost"
View = Callable[[HttpRequest], HttpResponse]


class UserExists(Exception):
    """An account of this user and host is there."""


class BadUser(Exception):
    """No account may be called this."""


def only_if_enabled(view: View) -> View:
    """Answer 404 unless COMPATIBILITY_API is set. These callers have no CSRF token.

    What no dialect has words for (a form that cannot be read, a body too large, a caller too
    fast) is a problem detail and never a page: clients take text/html for a wrong address.
    """

    @csrf_exempt
    @refuses_with(answer_problem)
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.COMPATIBILITY_API:
            raise Http404
        return view(request)

    return guarded


def answer_nothing(status: int) -> HttpResponse:
    """Return an answer without a body, and so without a content type."""
    response = HttpResponse(status=status)
    del response["Content-Type"]
    return response


def find_caller(request: HttpRequest) -> ApiKey | None:
    """Return the platform key that came as Basic password, Bearer token or bare secret.

    Raises RateLimited.
    """
    header = request.headers.get("Authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        return find_platform_key(request, read_basic(rest)[1])
    return find_platform_key(request, rest if scheme.lower() == "bearer" else header)


def find_platform_key(request: HttpRequest, secret: str) -> ApiKey | None:
    """Return the platform key of this text; guesses are counted. Raises RateLimited."""
    key = find_api_key(secret.strip())
    if key is None or key.scope != ApiKey.Scope.PLATFORM:
        rate_limits.hit("api_anonymous", rate_limits.client_address(request))
        return None
    rate = f"{key.requests_a_minute}/60" if key.requests_a_minute else ""
    decision = rate_limits.check("platform", f"key:{key.uuid}", rate=rate)
    if not decision.allowed:
        raise RateLimited(decision.retry_after_s)
    return key


def read_basic(credentials: str) -> tuple[str, str]:
    """Return name and password; both empty if these are no Basic credentials."""
    try:
        name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def clean_user(user: str) -> str:
    """Return the user as XMPP servers compare it. Raises BadUser."""
    user = user.strip().lower()
    if not 0 < len(user) <= USER_MAX_CHARS or not NOT_IN_A_USER.isdisjoint(user):
        raise BadUser
    return user


def open_user(
    key: ApiKey, *, user: str, host: str, password: str, name: str = "", mail: str = ""
) -> None:
    """Open the account `user@host` for an owner who signs in so, with this password.

    A mail address of their own is kept as one they have yet to prove.
    Raises BadUser, UserExists.
    """
    address = f"{clean_user(user)}@{host.strip().lower()}"
    if not 0 < len(password) <= PASSWORD_MAX_CHARS:
        raise BadUser
    data = {"external_id": address, "email": address, "name": (name or user).strip()[:80]}
    if not is_acceptable(data):
        raise BadUser
    hashed = make_password(password)
    with transaction.atomic():
        [result] = provision_rows([RawRow(1, data)], actor=key)
        if result.status != CREATED or result.sign_in is None:
            # Renaming is not what a registration asks for.
            transaction.set_rollback(True)
            raise UserExists
        owner = result.sign_in.user
        result.sign_in.delete()
        User.objects.filter(pk=owner.pk).update(password=hashed)
        if mail and mail.lower() != address:
            EmailAddress.objects.create(user=owner, email=mail.lower()[:254])


def site_host() -> str:
    """Return the one domain of dialects that name none; an address with a number is no domain."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return host if host and not host.replace(".", "").isdecimal() and ":" not in host else LOCAL


def is_acceptable(data: dict[str, Any]) -> bool:
    try:
        check_row(RawRow(1, data))
    except Invalid:
        return False
    return True
