"""Who is asking, in which language, and the HTML edge that turns refusals into pages."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.base.middleware import GetResponse
from accounts.team.access import SESSION_KEY, choose_membership, list_memberships
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User


class AccountMiddleware:
    """Gives the request `memberships`, `membership` and `account`, read on first use.

    Outside `member_required` they may be empty; ask them for truth, not for `is None`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asking = cast(Any, request)
        asking.memberships = SimpleLazyObject(lambda: _read_memberships(request))
        asking.membership = SimpleLazyObject(lambda: _read_membership(asking))
        asking.account = SimpleLazyObject(lambda: _read_account(asking))
        return self.get_response(request)


def _read_memberships(request: HttpRequest) -> list[Membership]:
    return list_memberships(request.user) if isinstance(request.user, User) else []


def _read_membership(request: Any) -> Membership | None:
    return choose_membership(request.memberships, request.session.get(SESSION_KEY))


def _read_account(request: Any) -> Account | None:
    return request.membership.account if request.membership else None
