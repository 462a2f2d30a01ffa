"""The first way in for an owner whom a program made: one link, then a password of their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Conflict, NotFound, OwnerHasPassword
from accounts.base.sealing import BadToken, Signature
from accounts.sign_in.models import SignInLink
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User

LIFETIME = timedelta(days=7)
GONE = "This sign-in link is no longer valid."
_signature = Signature("doorbell.sign-in-link")


def new_sign_in_link(*, user: User, account: Account) -> SignInLink:
    """Return an unsaved link, for those who save many at once."""
    return SignInLink(user=user, account=account, expires_at=timezone.now() + LIFETIME)


@transaction.atomic
def create_sign_in_link(*, account: Account, actor: trail.Actor) -> SignInLink:
    """Make a new link for the account's owner; earlier ones stop working.

    Raises OwnerHasPassword, Conflict without an owner.
    """
    owner = account.memberships.filter(role=Membership.Role.OWNER).order_by("pk")
    membership = owner.select_related("user").first()
    if membership is None:
        raise Conflict("This account has no owner.")
    if membership.user.has_usable_password():
        raise OwnerHasPassword
    SignInLink.objects.filter(user=membership.user, used_at=None).delete()
    link = new_sign_in_link(user=membership.user, account=account)
    link.save(force_insert=True)
    trail.record(account, actor, "sign_in_link.created", link.uuid, email=membership.user.email)
    return link


def sign_in_url(link_uuid: UUID) -> str:
    """Return the address to hand to the owner; it is a key, unlike a direct link."""
    return f"{settings.SITE_URL}/accounts/enter/{_signature.sign(link_uuid.hex)}"


def find_sign_in_link(token: str) -> SignInLink:
    """Return the link, with its user and account, while it still lets in. Raises NotFound."""
    try:
        uuid = UUID(_signature.read(token))
    except (BadToken, ValueError):
        raise NotFound(GONE) from None
    waiting = SignInLink.objects.waiting().filter(uuid=uuid)
    link = waiting.select_related("user", "account").first()
    if link is None or not link.account.is_open or link.user.has_usable_password():
        raise NotFound(GONE)
    return link


@transaction.atomic
def use_sign_in_link(*, link: SignInLink, password: str) -> User:
    """Use the link up and give its user the password. Raises NotFound if somebody was faster."""
    if not SignInLink.objects.waiting().filter(pk=link.pk).update(used_at=timezone.now()):
        raise NotFound(GONE)
    user = link.user
    user.set_password(password)
    user.save(update_fields=["password"])
    trail.record(link.account, user, "sign_in_link.used", link.uuid, email=user.email)
    return user
