from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.tenants.models import Account, TenantQuerySet
from accounts.users.models import User


class ApiKeyQuerySet(TenantQuerySet["ApiKey"]):
    def live(self) -> Self:
        now = timezone.now()
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ApiKey(models.Model):
    """What a program signs in with. Only the SHA-256 of the secret is stored."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"
        ADMIN = "admin"
        PLATFORM = "platform"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Null for a platform key: it may open accounts and belongs to none.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="api_keys", null=True, blank=True
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.WRITE)
    # Requests per minute for this key alone; null means the account's limit.
    requests_a_minute = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When another key took its place; it works on until `expires_at`.
    rotated_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None, scope="platform")
                | (Q(account__isnull=False) & ~Q(scope="platform")),
                name="api_key_platform_has_no_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_live(self) -> bool:
        over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not over

    @property
    def actor_word(self) -> str:
        """How the audit log names them; see accounts.audit."""
        return f"key:{self.uuid}"

    @property
    def actor_name(self) -> str:
        return self.name
