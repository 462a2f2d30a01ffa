"""The doors of this floor: who is asking, for which account, and may they."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from accounts.errors import AccountSuspended, NotFound
from accounts.models import Account, ApiKey, Invitation, Membership, Target, User

SESSION_KEY = "account"
# The token of the invitation somebody came by, kept while they sign up or in.
INVITATION_KEY = "invitation"
# Opening an account makes a property, so the page is one floor up.
NEW_ACCOUNT = "/account/new"


class MemberRequest(HttpRequest):
    """A request behind `member_required`: somebody signed in, in an open account."""

    user: User
    account: Account
    membership: Membership
    memberships: list[Membership]


P = ParamSpec("P")
Row = TypeVar("Row", bound=Model)
View = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
AnyView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def list_memberships(user: User) -> list[Membership]:
    """Return the user's places in accounts that still exist, oldest first: one query."""
    return list(
        Membership.objects.filter(user=user, account__deleted_at=None)
        .select_related("account", "user")
        .order_by("pk")
    )


def choose_membership(memberships: list[Membership], account_uuid: object) -> Membership | None:
    """Return the place in the account last chosen, else the first, else None."""
    for membership in memberships:
        if str(membership.account.uuid) == account_uuid:
            return membership
    return memberships[0] if memberships else None


def member_required(view: View[P]) -> AnyView[P]:
    """Let members in; others sign in first, and who has no account makes one.

    Raises AccountSuspended.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        asking = cast(MemberRequest, request)
        membership = choose_membership(asking.memberships, request.session.get(SESSION_KEY))
        if membership is None:
            return redirect(NEW_ACCOUNT)
        if not membership.account.is_open:
            raise AccountSuspended
        asking.membership, asking.account = membership, membership.account
        return view(asking, *args, **kwargs)

    return guarded


def _role_required(allows: Callable[[Membership], bool]) -> Callable[[View[P]], AnyView[P]]:
    def decorate(view: View[P]) -> AnyView[P]:
        @wraps(view)
        def guarded(
            request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not allows(request.membership):
                raise NotFound
            return view(request, *args, **kwargs)

        return member_required(guarded)

    return decorate


def manager_required(view: View[P]) -> AnyView[P]:
    """Let owners and admins in; to agents the page does not exist."""
    return _role_required(lambda membership: membership.is_manager)(view)


def owner_required(view: View[P]) -> AnyView[P]:
    return _role_required(lambda membership: membership.role == Membership.Role.OWNER)(view)


def get_membership(account: Account, uuid: UUID) -> Membership:
    """Raises NotFound."""
    found = Membership.objects.for_account(account).filter(uuid=uuid)
    return _only(found.select_related("user", "account"))


def get_invitation(account: Account, uuid: UUID) -> Invitation:
    """Raises NotFound."""
    return _only(Invitation.objects.for_account(account).filter(uuid=uuid))


def get_api_key(account: Account, uuid: UUID) -> ApiKey:
    """Raises NotFound."""
    return _only(ApiKey.objects.for_account(account).filter(uuid=uuid))


def get_any_account(name: str, rows: QuerySet[Account] | None = None) -> Account:
    """Return an account of the installation by its id or external_id; only for the platform.

    Deleted ones are found while they can be restored. Raises NotFound.
    """
    rows = Account.objects.all() if rows is None else rows
    try:
        by_id = rows.filter(uuid=UUID(name)).first()
    except ValueError:
        by_id = None
    # PostgreSQL has no NUL, so nobody has it in a name.
    return by_id or _only(rows.filter(external_id=name.replace("\0", "\ufffd")))


def get_target(membership: Membership, uuid: UUID) -> Target:
    """Return one of the member's own targets. Raises NotFound."""
    return _only(membership.targets.filter(uuid=uuid))


def _only(rows: QuerySet[Row]) -> Row:
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def mark_session(request: HttpRequest) -> str:
    """Return a name for the browser session that may leave the server, unlike its key."""
    return mark_session_key(request.session.session_key or "")


def mark_session_key(key: str) -> str:
    return hashlib.sha256(f"doorbell.session:{key}".encode()).hexdigest()[:32] if key else ""
