"""Offers to join an account. Whoever proves that they read the invited address may take one up.

There are two links: the mailed one proves the mailbox, the one to hand over by other means (its
token is signed) does not.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Conflict, Forbidden, NotFound
from accounts.base.sealing import BadToken, Signature
from accounts.limits import limits
from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account
from accounts.users.models import User

LIFETIME = timedelta(days=7)
_signature = Signature("doorbell.invitation")


@transaction.atomic
def create_invitation(
    *, account: Account, email: str, role: str, actor: trail.Actor
) -> tuple[Invitation, str]:
    """Return the invitation and the token for its mail; an earlier offer to them lapses.

    Raises Conflict if they are a member, LimitReached.
    """
    email = email.strip().lower()
    limits.lock_account(account)
    if account.memberships.filter(user__email=email).exists():
        raise Conflict("This person is a member already.")
    Invitation.objects.for_account(account).filter(email=email, accepted_at=None).delete()
    waiting = Invitation.objects.for_account(account).waiting().count()
    limits.check_room_for(account, "members", account.memberships.all(), more=1 + waiting)
    limits.count_invitation(account)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        account=account,
        email=email,
        role=role,
        token_digest=_digest(token),
        invited_by=actor if isinstance(actor, User) else None,
        expires_at=timezone.now() + LIFETIME,
    )
    trail.record(account, actor, "member.invited", invitation.uuid, email=email, role=role)
    return invitation, token


def make_hand_token(invitation: Invitation) -> str:
    """Return the token for who passes the link on by hand; it proves nothing."""
    return _signature.sign(invitation.uuid.hex)


def came_by_mail(invitation: Invitation, token: str) -> bool:
    """Return whether the token is the mailed one, so that its holder reads the mailbox."""
    return secrets.compare_digest(invitation.token_digest, _digest(token))


def find_invitation(token: str) -> Invitation:
    """Return the open invitation of either token, with its account. Raises NotFound."""
    try:
        which = Q(uuid=UUID(_signature.read(token)))
    except (BadToken, ValueError):
        which = Q(token_digest=_digest(token))
    found = (
        Invitation.objects.waiting().filter(which).select_related("account", "invited_by").first()
    )
    if found is None or not found.account.is_open:
        raise NotFound("This invitation is no longer open.")
    return found


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User, token: str) -> Membership:
    """Make the user a member and return the membership.

    The offer holds for the invited address only, proven by the mailed token or before.
    Raises Forbidden for another user or an unproven address, NotFound if it was taken up before,
    LimitReached if the account may have fewer members by now.
    """
    if user.email != invitation.email:
        raise Forbidden("This invitation was sent to another address.")
    theirs = EmailAddress.objects.filter(user=user, email=user.email)
    by_mail = came_by_mail(invitation, token)
    if not by_mail and not theirs.filter(verified=True).exists():
        raise Forbidden("Confirm your e-mail address first.")
    now = timezone.now()
    claimed = Invitation.objects.waiting().filter(pk=invitation.pk).update(accepted_at=now)
    if not claimed:
        raise NotFound("This invitation is no longer open.")
    account = invitation.account
    limits.lock_account(account)
    if not account.memberships.filter(user=user).exists():
        limits.check_room_for(account, "members", account.memberships.all())
    membership, _ = Membership.objects.get_or_create(
        account=account, user=user, defaults={"role": invitation.role}
    )
    if by_mail:
        theirs.update(verified=True)
    membership.targets.get_or_create(
        account=account,
        kind="email",
        address={"email": user.email},
        defaults={"verified_at": now},
    )
    trail.record(account, user, "member.joined", membership.uuid, role=membership.role)
    return membership


@transaction.atomic
def cancel_invitation(invitation: Invitation, actor: trail.Actor = None) -> None:
    trail.record(
        invitation.account, actor, "invitation.cancelled", invitation.uuid, email=invitation.email
    )
    invitation.delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
