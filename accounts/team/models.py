from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from accounts.users.models import User


class MembershipQuerySet(TenantQuerySet["Membership"]):
    pass


class Membership(models.Model):
    """A user's role in an account."""

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        AGENT = "agent"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.AGENT)
    # Whether steps of a ladder for who is on duty mean this member.
    on_duty = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.account_id}"

    @property
    def is_manager(self) -> bool:
        """Whether this member may change properties, links, team and keys."""
        return self.role in (self.Role.OWNER, self.Role.ADMIN)


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    def waiting(self) -> Self:
        return self.filter(accepted_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """An e-mailed offer to join an account. The token is stored only as its digest."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Membership.Role, default=Membership.Role.AGENT)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.email
