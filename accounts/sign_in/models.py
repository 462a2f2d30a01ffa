from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.tenants.models import Account
from accounts.users.models import User


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def waiting(self) -> Self:
        """Links that still let their user in: neither used nor too old."""
        return self.filter(used_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class SignInLink(models.Model):
    """A way in for an owner whom a program made without a password; it works once.

    The address carries the signed uuid, so a copy of this table opens nothing.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_in_links")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"for {self.user_id}"
