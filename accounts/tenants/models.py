from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.users.models import User


class AccountQuerySet(models.QuerySet["Account"]):
    def for_user(self, user: User) -> Self:
        return self.filter(memberships__user=user, deleted_at=None)


class Account(models.Model):
    """The tenant. Everything else belongs to one."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    # The caller's own id for an account opened by a program; makes provisioning idempotent.
    external_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    # Overrides of the default limits: {"members": 5, …}; see accounts.limits.
    limits = models.JSONField(default=dict, blank=True)
    # Since when every member must have a second factor; see accounts.team.mfa.
    mfa_required_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Set when deletion was asked for; a sweep removes the rows after the grace period.
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def removal_at(self) -> datetime | None:
        """When a closed account is removed, until when its owner may have it back."""
        if self.deleted_at is None:
            return None
        return self.deleted_at + timedelta(days=settings.ACCOUNT_GRACE_DAYS)

    @property
    def mfa_required(self) -> bool:
        return self.mfa_required_since is not None

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.ACTIVE and self.deleted_at is None


Row = TypeVar("Row", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[Row]):
    """The base of every query on rows that belong to an account."""

    def for_account(self, account: Account) -> Self:
        return self.filter(account=account)
