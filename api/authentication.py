"""Who calls: a program with a key, or a signed-in member with a session."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from rest_framework import authentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.base.errors import AccountSuspended, CsrfFailed, MfaRequired, Unauthenticated
from accounts.keys.models import ApiKey
from accounts.keys.services import find_api_key
from accounts.team.access import SESSION_KEY, choose_membership, list_memberships
from accounts.team.mfa import is_overdue
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User


@dataclass(frozen=True, slots=True)
class Caller:
    """One shape for both ways in. A platform key has no account."""

    account: Account | None
    api_key: ApiKey | None = None
    membership: Membership | None = None
    session: str = ""

    @property
    def actor(self) -> User | ApiKey | None:
        """Who stands in the audit log."""
        return self.membership.user if self.membership is not None else self.api_key

    @property
    def name(self) -> str:
        """Whom limits and idempotency keys count this call against."""
        if self.api_key is not None:
            return f"key:{self.api_key.uuid}"
        assert self.membership is not None
        return f"user:{self.membership.user.uuid}"


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <key>`. A request with this header is never a session's."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Caller] | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, secret = header.partition(" ")
        key = find_api_key(secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise Unauthenticated("This API key is unknown, revoked or expired.")
        if key.account is not None and not key.account.is_open:
            raise AccountSuspended
        return AnonymousUser(), Caller(account=key.account, api_key=key)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The dashboard's own pages: the session's current account, changes only with CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        page = request._request
        user = page.user
        if not isinstance(user, User) or not user.is_active:
            return None
        self.enforce_csrf(request)
        membership = choose_membership(list_memberships(user), page.session.get(SESSION_KEY))
        if membership is None:
            raise Unauthenticated("You are not a member of an account.")
        if not membership.account.is_open:
            raise AccountSuspended
        if is_overdue(membership):
            raise MfaRequired
        session = page.session.session_key or ""
        return user, Caller(account=membership.account, membership=membership, session=session)

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise CsrfFailed from None
