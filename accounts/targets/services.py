"""Where members are called. An address counts only once its reader has agreed."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.base.errors import Conflict, LimitReached, NotFound
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.users.models import User

# Enough for people, and a bound on what one member can make us send.
TARGETS_PER_MEMBER = 10
CONFIRM_WITHIN_S = 3 * 86_400
_signer = signing.TimestampSigner(salt="doorbell.target")


@transaction.atomic
def add_email_target(*, membership: Membership, email: str) -> Target:
    """Add an address to call; it is verified at once if it is a proven one of the user.

    Raises Conflict if it is there already, LimitReached.
    """
    email = email.strip().lower()
    Membership.objects.select_for_update().only("id").get(pk=membership.pk)
    own = membership.targets.filter(kind=Target.Kind.EMAIL)
    if own.filter(address__email=email).exists():
        raise Conflict("This address is on your list already.")
    if membership.targets.count() >= TARGETS_PER_MEMBER:
        raise LimitReached("targets", TARGETS_PER_MEMBER)
    proven = EmailAddress.objects.filter(
        user_id=membership.user_id, email__iexact=email, verified=True
    ).exists()
    return Target.objects.create(
        account_id=membership.account_id,
        membership=membership,
        kind=Target.Kind.EMAIL,
        address={"email": email},
        verified_at=timezone.now() if proven else None,
    )


def sign_target(target: Target) -> str:
    """Return the token of the confirmation mail; it holds for this address only."""
    return _signer.sign_object({"target": str(target.uuid), "email": target.address["email"]})


@transaction.atomic
def confirm_target(token: str) -> Target:
    """Verify the target named by the mail. A repeat changes nothing. Raises NotFound."""
    try:
        facts = _signer.unsign_object(token, max_age=CONFIRM_WITHIN_S)
    except signing.BadSignature:
        raise NotFound("This confirmation link is no longer valid.") from None
    found = Target.objects.filter(uuid=facts["target"], address__email=facts["email"]).first()
    if found is None:
        raise NotFound("This confirmation link is no longer valid.")
    if found.verified_at is None:
        found.verified_at = timezone.now()
        found.save(update_fields=["verified_at"])
    return found


def verify_email(user: User, email: str) -> None:
    """Verify the user's targets at an address they have just proven to be theirs."""
    Target.objects.filter(
        membership__user=user,
        kind=Target.Kind.EMAIL,
        address__email=email.lower(),
        verified_at=None,
    ).update(verified_at=timezone.now())


def set_target_enabled(target: Target, enabled: bool) -> Target:
    target.enabled = enabled
    target.save(update_fields=["enabled"])
    return target


def remove_target(target: Target) -> None:
    target.delete()
