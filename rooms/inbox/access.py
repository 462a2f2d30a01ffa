from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.base.errors import AccountSuspended
from accounts.team.models import Membership
from accounts.tenants.models import Account
from rooms.base import presence
from rooms.conversations.models import Room
from rooms.conversations.services.rooms import describe_room
from rooms.conversations.services.sync import find_membership
from rooms.conversations.tickets import TicketClaims

PAGE_ROOMS = 50
QUARANTINED_MAX = 100


@dataclass(frozen=True, slots=True)
class InboxSnapshot:
    """A member's (or program's) place at the account's inbox."""

    facts: dict[str, str]
    snapshot: dict[str, Any]


def read_inbox(claims: TicketClaims, *, status: str, cursor: str | None) -> InboxSnapshot:
    """Return the account's inbox as the ticket's holder sees it.

    Raises AccountSuspended, MembershipGone, SessionGone.
    """
    account = Account.objects.filter(uuid=claims.account).first()
    if account is None or not account.is_open:
        raise AccountSuspended
    membership = find_membership(claims)
    me = {"membership": "", "name": "", "role": ""}
    if membership is not None:
        me = {
            "membership": str(membership.uuid),
            "name": membership.user.display_name,
            "role": membership.role,
        }
    here = presence.rooms_with_guests(account.uuid)
    rooms, following = read_rooms(account, membership, here, status=status, cursor=cursor)
    members = account.memberships.select_related("user").order_by("id")
    return InboxSnapshot(
        facts={"account": claims.account, "membership": claims.membership},
        snapshot={
            "self": me,
            "account": {"id": str(account.uuid), "name": account.name},
            "rooms": [describe_room(room, online=str(room.uuid) in here) for room in rooms],
            "members": [{"membership": str(m.uuid), "name": m.user.display_name} for m in members],
            "next": following,
        },
    )


def count_quarantined(account: Account) -> int:
    """Return how many conversations wait in quarantine, counted up to QUARANTINED_MAX."""
    held = Room.objects.for_account(account).filter(status=Room.Status.QUARANTINE)
    return held.begun()[:QUARANTINED_MAX].count()


def read_rooms(
    account: Account,
    membership: Membership | None,
    here: set[str],
    *,
    status: str,
    cursor: str | None = None,
) -> tuple[list[Room], str | None]:
    """Return one page of the inbox and where the next one begins; guests are `here` now."""
    rows = Room.objects.for_account(account).filter(status=status)
    if cursor:
        rows = rows.after_activity(cursor)
    listed = rows.first_listed(here, PAGE_ROOMS + 1).select_related("property", "link")
    if membership is not None:
        listed = listed.with_unread_by(membership)
    found = list(listed[: PAGE_ROOMS + 1])
    page = found[:PAGE_ROOMS]
    following = page[-1].activity_cursor if len(found) > PAGE_ROOMS else None
    return page, following
