"""What an account may have. Defaults are settings, exceptions sit on the account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from redis import RedisError

from accounts.base.errors import Invalid, LimitReached
from accounts.base.redis import get_redis
from accounts.tenants.models import Account

# Every limit, with what people read of it, in the order in which pages list them.
NAMES = {
    "members": _("Members"),
    "properties": _("Properties"),
    "links": _("Links"),
    "open_rooms": _("Open conversations"),
    "webhooks": _("Webhooks"),
    "rooms_an_hour": _("New conversations this hour"),
    "messages_a_minute": _("Messages this minute"),
    "messages_a_day": _("Messages today"),
    "invitations_a_day": _("Invitations today"),
    "upload_mib_a_day": _("Files sent today (MiB)"),
    "sockets": _("Guests who are here"),
    "storage_mib": _("Storage (MiB)"),
    "api_requests_a_minute": _("API requests a minute"),
}
DAY_S = 86_400
MAX_ALLOWED = 1_000_000_000


def get_limit(account: Account, name: str) -> int:
    """Return the limit in force: the account's own, else the default."""
    own = account.limits.get(name)
    return int(settings.LIMITS[name] if own is None else own)


def check_changes(changes: dict[str, int | None]) -> None:
    """Refuse limits that do not exist or are no limits. Raises Invalid, which names one."""
    for name, allowed in changes.items():
        if name not in NAMES:
            raise Invalid(f"There is no limit “{name}”.", field=f"limits.{name}")
        whole = isinstance(allowed, int) and not isinstance(allowed, bool)
        if allowed is not None and not (whole and 0 <= allowed <= MAX_ALLOWED):
            raise Invalid(f"Use a whole number up to {MAX_ALLOWED}.", field=f"limits.{name}")


def merge(own: dict[str, int], changes: dict[str, int | None]) -> dict[str, int]:
    """Return the account's own limits after the changes; None takes one away."""
    merged = {**own, **changes}
    return {name: allowed for name, allowed in merged.items() if allowed is not None}


def check_room_for(account: Account, name: str, rows: QuerySet[Any], more: int = 1) -> None:
    """Refuse to add `more` rows beyond the limit. Raises LimitReached.

    Callers hold the account's row lock where an exact limit matters; see lock_account.
    """
    allowed = get_limit(account, name)
    if rows.count() + more > allowed:
        raise LimitReached(name, allowed)


def lock_account(account: Account) -> None:
    """Let nobody else who asks for it add to this account until the transaction ends.

    Rows that merely point at the account may still be added: who holds a room's lock and writes
    one would otherwise wait for us, while we wait for the room.
    """
    Account.objects.select_for_update(no_key=True).only("id").get(pk=account.pk)


def count_invitation(account: Account) -> None:
    """Count one invitation of today. Raises LimitReached."""
    name = "invitations_a_day"
    _count("invitations", str(account.uuid), name, get_limit(account, name))


def invitations_today(account: Account) -> int:
    """Return how many invitations were counted today; 0 with Redis away."""
    return _read_count("invitations", account)


def _count(what: str, account_uuid: str, limit: str, allowed: int) -> None:
    key = _name_count(what, account_uuid)
    try:
        used = cast(int, get_redis().incr(key))
        if used == 1:
            get_redis().expire(key, 2 * DAY_S)
        if used > allowed:
            # What is refused was not used.
            get_redis().decr(key)
    except RedisError:
        return
    if used > allowed:
        raise LimitReached(limit, allowed)


def _read_count(what: str, account: Account) -> int:
    try:
        key = _name_count(what, str(account.uuid))
        return int(cast(bytes | None, get_redis().get(key)) or 0)
    except RedisError:
        return 0


def _name_count(what: str, account_uuid: str) -> str:
    return f"usage:{what}:{account_uuid}:{datetime.now(UTC):%Y%m%d}"
