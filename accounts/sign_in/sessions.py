"""Browser sessions: their names outside of the server, and the list their owner sees."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from redis import RedisError

from accounts.base.errors import NotFound
from accounts.base.redis import get_redis
from accounts.users.models import User

# "Last seen" is for people: to five minutes is exact enough and spares a write per request.
SEEN_STEP = timedelta(minutes=5)
# What a User-Agent has when it is one; the first that fits, for most name others as well.
BROWSERS = {
    "MicroMessenger/": "WeChat",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One line of the list."""

    pk: int
    device: str
    network: str
    began_at: datetime
    seen_at: datetime
    is_current: bool


def mark_session(request: HttpRequest) -> str:
    """Return a name for the browser session that may leave the server, unlike its key."""
    return mark_session_key(request.session.session_key or "")


def mark_session_key(key: str) -> str:
    return hashlib.sha256(f"doorbell.session:{key}".encode()).hexdigest()[:32] if key else ""


def note_seen(request: HttpRequest) -> None:
    """Remember that this session is in use; at most one write per SEEN_STEP."""
    key = request.session.session_key
    if not key:
        return
    try:
        is_due = get_redis().set(f"seen:{mark_session_key(key)}", 1, nx=True, ex=SEEN_STEP)
    except RedisError:
        return
    if is_due:
        UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now())


def list_sessions(user: User, current_key: str | None) -> list[SessionLine]:
    """Return where the user is signed in: this session first, then the last seen."""
    lines = [
        SessionLine(
            pk=one.pk,
            device=describe_device(one.user_agent),
            network=shorten_network(str(one.ip)),
            began_at=one.created_at,
            seen_at=one.last_seen_at,
            is_current=one.session_key == current_key,
        )
        for one in UserSession.objects.purge_and_list(user)
    ]
    return sorted(lines, key=lambda line: (line.is_current, line.seen_at), reverse=True)


def end_session(user: User, pk: int) -> None:
    """End one of the user's sessions; its sockets close. Raises NotFound."""
    found = list(UserSession.objects.filter(user=user, pk=pk))
    if not found:
        raise NotFound
    get_adapter().end_sessions(found)


def end_other_sessions(user: User, current_key: str | None) -> int:
    """End all of the user's sessions but this; return how many."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=current_key or ""))
    get_adapter().end_sessions(others)
    return len(others)


def describe_device(user_agent: str) -> str:
    """Return browser and system in words, as far as the browser says."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def shorten_network(ip: str) -> str:
    """Return the /24 of an IPv4 address, the /48 of an IPv6 address; others as they are."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))
