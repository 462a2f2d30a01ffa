from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may do hangs on their memberships."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        return self.name or self.email.partition("@")[0]


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
    created_at = models.DateTimeField(default=timezone.now)
    # Set when deletion was asked for; a sweep removes the rows after the grace period.
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.ACTIVE and self.deleted_at is None


Row = TypeVar("Row", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[Row]):
    """The base of every query on rows that belong to an account."""

    def for_account(self, account: Account) -> Self:
        return self.filter(account=account)


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


class TargetQuerySet(TenantQuerySet["Target"]):
    def usable(self) -> Self:
        return self.filter(enabled=True).exclude(verified_at=None)


class Target(models.Model):
    """Where a member wants to be called."""

    class Kind(models.TextChoices):
        EMAIL = "email"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="targets")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.EMAIL)
    # What the transport needs; for e-mail {"email": "…"}.
    address = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TargetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} of {self.membership_id}"


class AuditEventQuerySet(TenantQuerySet["AuditEvent"]):
    pass


class AuditEvent(models.Model):
    """Who did what in an account. Rows are only ever added."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="audit_events")
    at = models.DateTimeField(default=timezone.now)
    # "user:<uuid>", "key:<uuid>" or "system": a plain word, so that it outlives its row.
    actor = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        # Serves the account's log, newest first.
        indexes = [models.Index(fields=["account", "-id"], name="audit_by_account")]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
