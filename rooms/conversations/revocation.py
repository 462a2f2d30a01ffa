"""Who may no longer listen: closes sockets of removed members, closed accounts, ended sign-ins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete
from django.http import HttpRequest

from accounts.base.hooks import account_closed, key_revoked, member_removed
from accounts.sign_in.sessions import mark_session, mark_session_key
from accounts.team.mfa import find_overdue
from accounts.users.models import User
from rooms.base import close_codes, events
from rooms.conversations.models import Participant
from rooms.conversations.services.removals import tell_ended, tell_gone


def close_member_sockets(membership_uuid: UUID, **_: Any) -> None:
    events.kick(close_codes.BANNED, membership=membership_uuid)
    tell_gone(Participant.objects.filter(membership__uuid=membership_uuid))


def close_account_sockets(account_uuid: UUID, **_: Any) -> None:
    events.kick(close_codes.ROOM_GONE, account=account_uuid)


def close_key_sockets(key_uuid: UUID, **_: Any) -> None:
    events.kick(close_codes.BAD_TICKET, key=key_uuid)
    tell_ended(str(key_uuid))


def close_session_sockets(request: HttpRequest | None, **_: Any) -> None:
    """Close the sockets of a browser that signs out; it has forgotten its session next."""
    mark = mark_session(request) if request is not None else ""
    if mark:
        _end_session(mark)


def close_ended_session(instance: UserSession, **_: Any) -> None:
    """Close the sockets of a browser that was signed out from another one."""
    _end_session(mark_session_key(instance.session_key))


def _end_session(mark: str) -> None:
    events.kick(close_codes.BAD_TICKET, session=mark)
    tell_ended(mark)


def end_sessions_elsewhere(request: HttpRequest, user: User, **_: Any) -> None:
    """A new password ends every other sign-in: it may be new because somebody knew the old one."""
    signed_in = UserSession.objects.filter(user=user)
    get_adapter().end_sessions([one for one in signed_in if not one.is_current()])


def close_overdue_sockets() -> int:
    """Close what members without a demanded second factor have open; return how many members.

    A repeat finds them closed, and their tickets are refused.
    """
    overdue = list(find_overdue().values_list("uuid", flat=True))
    for uuid in overdue:
        events.kick(close_codes.BAD_TICKET, membership=uuid)
    return len(overdue)


def listen() -> None:
    """Answer what the floor below does; called once at start."""
    member_removed.connect(close_member_sockets)
    account_closed.connect(close_account_sockets)
    key_revoked.connect(close_key_sockets)
    user_logged_out.connect(close_session_sockets)
    post_delete.connect(close_ended_session, sender=UserSession)
    for renewed in (password_changed, password_reset, password_set):
        renewed.connect(end_sessions_elsewhere)
