"""Changes of a person's ways in, as the log of each of their accounts tells them.

The library mails the address from before of most of them; of a further address we do.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.http import HttpRequest

from accounts.audit import trail
from accounts.team.access import list_memberships
from accounts.users.models import User


def record_for(user: Any, action: str, **facts: Any) -> None:
    """Add a line to the log of every account the person is a member of."""
    if not isinstance(user, User):
        return
    for membership in list_memberships(user):
        trail.record(membership.account, user, action, membership.uuid, email=user.email, **facts)


def note_added_email(
    request: HttpRequest, user: Any, email_address: EmailAddress, **_: Any
) -> None:
    record_for(user, "member.email_added", added=email_address.email)
    facts = {"added_email": email_address.email}
    get_adapter(request).send_notification_mail("account/email/email_added", user, facts)


def note_removed_email(user: Any, email_address: EmailAddress, **_: Any) -> None:
    record_for(user, "member.email_removed", removed=email_address.email)


def note_changed_email(
    user: Any, from_email_address: EmailAddress | None, to_email_address: EmailAddress, **_: Any
) -> None:
    before = from_email_address.email if from_email_address is not None else ""
    record_for(user, "member.email_changed", before=before, after=to_email_address.email)


def note_password(user: Any, **_: Any) -> None:
    record_for(user, "member.password_changed")


def note_added_factor(user: Any, authenticator: Authenticator, **_: Any) -> None:
    record_for(user, "member.mfa_added", kind=str(authenticator.type))


def note_removed_factor(user: Any, authenticator: Authenticator, **_: Any) -> None:
    record_for(user, "member.mfa_removed", kind=str(authenticator.type))


def note_reset_factor(user: Any, authenticator: Authenticator, **_: Any) -> None:
    record_for(user, "member.mfa_reset", kind=str(authenticator.type))


def listen() -> None:
    """Answer what allauth does; called once at start."""
    signals.email_added.connect(note_added_email)
    signals.email_removed.connect(note_removed_email)
    signals.email_changed.connect(note_changed_email)
    for chosen in (signals.password_changed, signals.password_set, signals.password_reset):
        chosen.connect(note_password)
    authenticator_added.connect(note_added_factor)
    authenticator_removed.connect(note_removed_factor)
    authenticator_reset.connect(note_reset_factor)
