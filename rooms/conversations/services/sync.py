"""What a socket is told when it opens: one snapshot, the same on every reconnect."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from sys import intern
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F, OuterRef, Subquery
from django.utils.module_loading import import_string

from accounts.keys.models import ApiKey
from accounts.limits.limits import get_limit
from accounts.limits.quotas import get_share
from accounts.team.mfa import is_overdue
from accounts.team.models import Membership
from rooms.base import events
from rooms.conversations.errors import MembershipGone, NotInRoom, SessionGone
from rooms.conversations.models import Message, Participant, Room
from rooms.conversations.services.messages import Sender, sender_of
from rooms.conversations.services.participation import (
    Party,
    admit,
    check_welcome,
    key_party,
    member_party,
    name_key,
)
from rooms.conversations.services.rooms import keep_room
from rooms.conversations.shape import describe_row
from rooms.conversations.tickets import TicketClaims
from rooms.properties.models import Property

PAGE_MESSAGES = 200
# Half of what leaves for a client between two of its pings (WS_WINDOW_BYTES).
PAGE_BYTES = 128 * 1024
# What telling of a file takes at most.
ATTACHMENT_BYTES = 1024
KEEP = Property.Storage.KEEP


@dataclass(frozen=True, slots=True)
class SocketLimit:
    """How many sockets a guest, a link or the guests of an account may have.

    `who` is the uuid of the guest's place, the link or the account.
    """

    name: str
    who: str
    allowed: int


@dataclass(frozen=True, slots=True)
class Participation:
    """A participant's place in a room, with everything a socket keeps about it."""

    sender: Sender
    kind: str
    name: str
    transport: str
    facts: dict[str, str]
    snapshot: dict[str, Any]
    begun: bool
    socket_limits: tuple[SocketLimit, ...]


def open_participation(
    claims: TicketClaims, room_uuid: str, *, since: int = 0, before: int = 0
) -> Participation:
    """Return the part these claims give in the room, and what happened there after `since`.

    Three queries. Raises NotInRoom, GuestBlocked, LinkGone, AccountSuspended,
    MembershipGone, SessionGone.
    """
    participant = _find_participant(claims, room_uuid)
    # A pass outlives what it was given for, so every sync looks again.
    check_welcome(participant)
    if participant.kind != Participant.Kind.GUEST:
        _check_session(claims)
    room = participant.room
    if participant.kind != Participant.Kind.GUEST and room.property.storage != KEEP:
        # From here on words may be said that leave no trace.
        keep_room(room=room)
    messages, more = read_messages(room, since=since, before=before)
    return Participation(
        sender=sender_of(participant),
        kind=participant.kind,
        name=participant.name,
        transport=room.property.transport,
        facts=_facts_of(participant),
        snapshot={
            "room": _describe(room),
            "participants": _describe_people(room),
            "policies": {"storage": room.property.storage, "transport": room.property.transport},
            "messages": messages,
            "more": more,
            "called_at": _called_at(participant),
        },
        begun=room.has_begun,
        socket_limits=_limit_sockets(participant),
    )


def _limit_sockets(participant: Participant) -> tuple[SocketLimit, ...]:
    """Of guests only: they may not keep the members out."""
    if participant.kind != Participant.Kind.GUEST:
        return ()
    account = participant.room.account
    places = (("guest", participant.uuid), ("link", participant.room.link.uuid))
    scoped = [
        SocketLimit(f"{scope}.sockets", intern(str(who)), get_share(account, scope, "sockets"))
        for scope, who in places
    ]
    whole = SocketLimit("sockets", intern(str(account.uuid)), get_limit(account, "sockets"))
    return (*scoped, whole)


def read_messages(
    room: Room, *, since: int = 0, before: int = 0
) -> tuple[list[dict[str, Any]], bool]:
    """Return one page of messages, ascending, and whether there are more beyond it."""
    rows = Message.objects.filter(room=room).select_related("sender", "attachment")
    if since:
        found = list(rows.filter(seq__gt=since).order_by("seq")[: PAGE_MESSAGES + 1])
        page = _fit(found)
    else:
        rows = rows.filter(seq__lt=before) if before else rows
        found = list(rows.order_by("-seq")[: PAGE_MESSAGES + 1])
        page = _fit(found)[::-1]
    return [describe_row(message) for message in page], len(found) > len(page)


def _fit(found: list[Message]) -> list[Message]:
    """Return as many as one reply carries: at least one, at most PAGE_MESSAGES."""
    sizes = accumulate(_measure(message) for message in found)
    count = bisect_right(list(sizes), PAGE_BYTES)
    return found[: max(1, min(count, PAGE_MESSAGES))]


def _measure(message: Message) -> int:
    size_bytes = len(message.body.encode())
    return size_bytes + ATTACHMENT_BYTES if hasattr(message, "attachment") else size_bytes


def describe_participant(participant: Participant) -> dict[str, Any]:
    return {
        "participant": str(participant.uuid),
        "kind": participant.kind,
        "name": participant.name,
        "read_seq": participant.read_seq,
        "delivered_seq": participant.delivered_seq,
        "transport": participant.transport,
    }


def _find_participant(claims: TicketClaims, room_uuid: str) -> Participant:
    visits = Room.objects.filter(pk=OuterRef("room")).order_by("-arrivals__id")
    called = visits.values("arrivals__called_at")[:1]
    # Only what this kind of pass needs: PostgreSQL plans ten joins in 4 ms, seven in 1 ms.
    behind = ["membership"] if claims.membership else ["guest", "room__link"]
    rows = (
        Participant.objects.filter(
            room__uuid=_uuid(room_uuid),
            room__account__uuid=_uuid(claims.account),
            account=F("room__account"),
        )
        .select_related("room__property", "room__account", *behind)
        .annotate(called_at=Subquery(called))
    )
    if claims.participant:
        mine = rows.filter(uuid=_uuid(claims.participant))
    elif claims.membership:
        mine = rows.filter(membership__uuid=_uuid(claims.membership))
    else:
        mine = rows.filter(external_id=name_key(claims.key))
    found = mine.first()
    if found is None and not claims.participant:
        _take_place(claims, room_uuid)
        found = mine.first()
    if found is None:
        raise NotInRoom
    return found


def _take_place(claims: TicketClaims, room_uuid: str) -> None:
    """Let a member or a program into a room of their account on first sight."""
    rooms = Room.objects.filter(account__uuid=_uuid(claims.account)).select_related("account")
    room = rooms.filter(uuid=_uuid(room_uuid)).first()
    if room is None:
        raise NotInRoom
    membership = find_membership(claims)
    party = member_party(membership) if membership is not None else _find_key(claims, room)
    # We have looked already.
    admit(room=room, party=party, place=None)


def _find_key(claims: TicketClaims, room: Room) -> Party:
    keys = ApiKey.objects.filter(account_id=room.account_id).live()
    key = keys.filter(uuid=_uuid(claims.key)).first()
    if key is None:
        raise SessionGone
    return key_party(key)


def find_membership(claims: TicketClaims) -> Membership | None:
    """Return the member, None for a program. Raises MembershipGone, SessionGone."""
    _check_session(claims)
    if not claims.membership:
        if not claims.key or not ApiKey.objects.live().filter(uuid=_uuid(claims.key)).exists():
            raise SessionGone
        return None
    found = (
        Membership.objects.filter(
            uuid=_uuid(claims.membership), account__uuid=_uuid(claims.account), user__is_active=True
        )
        .select_related("user", "account")
        .first()
    )
    if found is None:
        raise MembershipGone
    if is_overdue(found):
        raise SessionGone
    return found


def _check_session(claims: TicketClaims) -> None:
    if claims.session and not _session_lives(claims.session):
        raise SessionGone


def _session_lives(session_key: str) -> bool:
    store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    return bool(store().exists(session_key))


def _facts_of(participant: Participant) -> dict[str, str]:
    facts = {
        "account": str(participant.room.account.uuid),
        "participant": str(participant.uuid),
        "room": str(participant.room.uuid),
    }
    if participant.guest is not None:
        facts["guest"] = str(participant.guest.uuid)
        facts["link"] = str(participant.room.link.uuid)
    return facts


def _describe(room: Room) -> dict[str, Any]:
    return {
        "id": str(room.uuid),
        "status": room.shown_status,
        "idle": room.idle,
        "mode": room.mode,
        "name": room.name,
        "last_seq": room.last_seq,
        "removed_seq": room.removed_seq,
        "property": {
            "name": room.property.name,
            "color": room.property.color,
            "greeting": room.property.greeting,
            "offline_text": room.property.offline_text,
        },
    }


def _describe_people(room: Room) -> list[dict[str, Any]]:
    people = Participant.objects.filter(room=room).with_gone().order_by("id")[:500]
    return [{**describe_participant(person), "gone": person.gone} for person in people]


def _called_at(participant: Participant) -> int | None:
    called_at = getattr(participant, "called_at", None)
    return events.to_ms(called_at) if called_at else None


def _uuid(text: str) -> UUID:
    """Raises NotInRoom for anything that is no id: it names nothing of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise NotInRoom from None
