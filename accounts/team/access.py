"""The doors of this floor: who is asking, for which account, and may they."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from accounts.base.access import find_only
from accounts.base.errors import AccountSuspended, NotFound
from accounts.team.mfa import is_overdue
from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account
from accounts.users.models import User

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


def is_vouched_for(user: AbstractBaseUser) -> bool:
    """Return whether a platform opened an account for this person and handed them the way in."""
    owned = Membership.objects.filter(user_id=user.pk, role=Membership.Role.OWNER)
    return owned.filter(account__external_id__isnull=False, account__deleted_at=None).exists()


def member_required(view: View[P]) -> AnyView[P]:
    """Let members in; others sign in first, and who has no account makes one.

    Who lacks a second factor that the account demands is led to set it up.

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
        if is_overdue(membership):
            return redirect("accounts:mfa")
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


def list_closed(user: User) -> list[Account]:
    """Return the accounts this owner may have back, the last closed first."""
    owned = Account.objects.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)
    return list(owned.exclude(deleted_at=None).order_by("-deleted_at"))


def get_closed(user: User, uuid: UUID) -> Account:
    """Raises NotFound."""
    for account in list_closed(user):
        if account.uuid == uuid:
            return account
    raise NotFound


def get_membership(account: Account, uuid: UUID) -> Membership:
    """Raises NotFound."""
    found = Membership.objects.for_account(account).filter(uuid=uuid)
    return find_only(found.select_related("user", "account"))


def get_invitation(account: Account, uuid: UUID) -> Invitation:
    """Raises NotFound."""
    return find_only(Invitation.objects.for_account(account).filter(uuid=uuid))
