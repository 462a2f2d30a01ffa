"""For Django's registry alone: every model of this app, loaded once. Nobody imports it."""

from __future__ import annotations

from accounts.audit.models import AuditEvent
from accounts.keys.models import ApiKey
from accounts.sign_in.models import SignInLink
from accounts.targets.models import Target
from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account
from accounts.users.models import User

__all__ = [
    "Account",
    "ApiKey",
    "AuditEvent",
    "Invitation",
    "Membership",
    "SignInLink",
    "Target",
    "User",
]
