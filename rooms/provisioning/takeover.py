"""An address proven by its reader: whatever somebody else made with it before ends.

Anybody may sign up with anybody's address, set up ways in and wait for its reader to come.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest

from accounts.audit import trail
from accounts.keys.models import ApiKey
from accounts.keys.services import revoke_api_key
from accounts.sign_in import guesses
from accounts.sign_in.models import SignInLink
from accounts.sign_in.reset import read_mailbox
from accounts.targets.models import Target
from accounts.team.access import is_vouched_for
from accounts.team.models import Invitation, Membership
from accounts.users.models import User

# Where allauth keeps the token of the mail between the two pages of a reset.
RESET_KEY = "_password_reset_key"


def forget_sign_up(email: str) -> bool:
    """Remove a sign-up with this address that was never proven; say whether there was one.

    It opened nothing yet. One that has an account, or was made by hand, stays.
    """
    found = User.objects.filter(email=email.lower(), memberships=None, is_staff=False)
    user = found.exclude(emailaddress__verified=True).first()
    if user is None:
        return False
    user.delete()
    return True


@transaction.atomic
def take_over(*, user: User, email: str, session_key: str | None) -> None:
    """End every way in from before the user's address was proven, except this session.

    Sessions, passkeys, authenticators, recovery codes, other addresses, keys they made, targets
    and invitations they sent. What a program made, and addresses a platform vouches for, stay.
    """
    sessions = UserSession.objects.filter(user=user).exclude(session_key=session_key or "")
    get_sessions_adapter().end_sessions(list(sessions))
    Authenticator.objects.filter(user=user).delete()
    SignInLink.objects.filter(user=user, used_at=None).delete()
    for key in ApiKey.objects.live().filter(created_by=user).select_related("account"):
        revoke_api_key(key, user)
    Target.objects.filter(membership__user=user).exclude(address__email=email).delete()
    Invitation.objects.waiting().filter(invited_by=user).delete()
    _keep_only(user, email)
    for membership in Membership.objects.filter(user=user).select_related("account"):
        trail.record(
            membership.account, user, "member.address_proven", membership.uuid, email=email
        )


def _keep_only(user: User, email: str) -> None:
    """Leave this address, and the one that a platform chose."""
    others = EmailAddress.objects.filter(user=user).exclude(email=email)
    if is_vouched_for(user):
        others.exclude(email=user.email).delete()
        return
    others.delete()
    EmailAddress.objects.filter(user=user).update(primary=True)
    if user.email != email:
        user.email = email
        user.save(update_fields=["email"])


def prove_by_reset(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever chose a new password came by a mail: they read that mailbox."""
    guesses.forget_guesses(user.email)
    email = read_mailbox(request.session.get(RESET_KEY, ""), user)
    address = EmailAddress.objects.filter(user=user, email=email).first()
    if address is None and email == user.email:
        address = EmailAddress(user=user, email=email)
    if address is not None and not address.verified:
        get_adapter(request).confirm_email(request, address)


def listen() -> None:
    """Answer what allauth does; called once at start."""
    password_reset.connect(prove_by_reset)
