"""An account may ask for a second factor of all its members: each has some days to set one up."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.team.models import Membership

# Recovery codes alone are no second factor: they stand in for one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def find_deadline(membership: Membership) -> datetime | None:
    """Return until when this member has to set one up; None where nothing is left to do.

    Asks the database only where the account demands it.
    """
    since = membership.account.mfa_required_since
    if since is None or is_mfa_enabled(membership.user, FACTORS):
        return None
    return max(since, membership.created_at) + timedelta(days=settings.MFA_GRACE_DAYS)


def find_overdue() -> QuerySet[Membership]:
    """Return the members who are kept out for want of one, of all accounts."""
    limit = timezone.now() - timedelta(days=settings.MFA_GRACE_DAYS)
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=FACTORS)
    waited = Membership.objects.filter(account__mfa_required_since__lte=limit)
    return waited.filter(created_at__lte=limit).exclude(Exists(factors))


def is_overdue(membership: Membership) -> bool:
    """Return whether the member is kept out until they have a second factor."""
    deadline = find_deadline(membership)
    return deadline is not None and deadline <= timezone.now()
