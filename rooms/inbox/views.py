"""The inbox: the account's conversations, one of them open, everything else over the socket."""

from __future__ import annotations

from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.team.access import SESSION_KEY, MemberRequest, member_required
from accounts.tenants.models import Account
from rooms.arrivals.models import Arrival
from rooms.attachments.upload_form import describe_uploads
from rooms.base import modules, presence
from rooms.base.events import to_ms
from rooms.base.phrases import get_phrases
from rooms.conversations.access import get_room, get_room_of_any
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.rooms import close_room, describe_room, reopen_room
from rooms.conversations.tickets import TicketClaims, new_connection, sign_ticket
from rooms.conversations.wire import describe_wire
from rooms.inbox.access import count_quarantined, read_rooms
from rooms.inbox.wording import get_inbox_phrases
from rooms.links.addresses import link_url
from rooms.links.models import DirectLink
from rooms.properties.models import Property
from rooms.quarantine.services import release

# A shared room may hold hundreds; the details name the first ones and count the rest.
GUESTS_SHOWN = 20


@require_safe
@never_cache
@member_required
def show_inbox(request: MemberRequest) -> HttpResponse:
    return _render(request, None)


@require_safe
@never_cache
@member_required
def show_room(request: MemberRequest, room_uuid: UUID) -> HttpResponse:
    """The inbox with this room open. Raises RoomNotFound.

    A link from an e-mail may lead into another account of the same person: then it becomes
    the current one.
    """
    accounts = [place.account for place in request.memberships if place.account.is_open]
    room = get_room_of_any(accounts, room_uuid)
    if room.account_id != request.account.pk:
        owner = next(account for account in accounts if account.pk == room.account_id)
        request.session[SESSION_KEY] = str(owner.uuid)
        return redirect(request.get_full_path())
    return _render(request, room)


def _render(request: MemberRequest, selected: Room | None) -> HttpResponse:
    """Show the first page of rooms, so that there is something to read before the socket opens."""
    status = _choose_status(request.GET.get("status"), selected)
    here = presence.rooms_with_guests(request.account.uuid)
    found, cursor = read_rooms(request.account, request.membership, here, status=status)
    if selected and _is_left(selected, here) and selected.status == status:
        found = sorted([*found, selected], key=attrgetter("activity_at", "pk"), reverse=True)
    # Who is only there for the moment leaves an empty list behind.
    may_empty = not any(room.has_begun for room in found) and status == Room.Status.OPEN
    link = _first_link(request.account) if may_empty else None
    page = _describe_page(request) | {
        "status": status,
        "rooms": [_describe(room, here) for room in found],
        "next": cursor,
        "quarantined": count_quarantined(request.account),
        "details": _describe_details(selected, here) if selected else None,
    }
    context = {
        "page": page,
        "texts": page["texts"],
        "status": status,
        "selected": selected,
        "selected_uuid": str(selected.uuid) if selected else "",
        "has_places": _has_places(found),
        "is_empty": may_empty and not found,
        "may_empty": may_empty,
        "link": link,
        "link_url": link_url(link) if link else "",
        "modules": modules.list_modules("rooms/inbox/inbox.js"),
    }
    return render(request, "rooms/inbox/inbox.html", context)


def _describe_page(request: MemberRequest) -> dict[str, Any]:
    """What the script needs whatever is in the inbox."""
    language = get_language() or ""
    return {
        "membership": str(request.membership.uuid),
        "wire": describe_wire(),
        "socket": {"ticket": _make_ticket(request), "ws": "/ws/"},
        "language": language,
        "files": describe_uploads(),
        "texts": get_inbox_phrases(language),
        "phrases": get_phrases(language),
    }


@require_safe
@never_cache
@member_required
def show_details(request: MemberRequest, room_uuid: UUID) -> JsonResponse:
    """Who is in the room and how they came. Raises RoomNotFound."""
    room = get_room(request.account, room_uuid)
    here = presence.rooms_with_guests(request.account.uuid)
    return JsonResponse(_describe_details(room, here))


@require_POST
@member_required
def close(request: MemberRequest, room_uuid: UUID) -> HttpResponseBase:
    """Raises RoomNotFound."""
    room = close_room(room=get_room(request.account, room_uuid))
    return _answer(request, room)


@require_POST
@member_required
def reopen(request: MemberRequest, room_uuid: UUID) -> HttpResponseBase:
    """Raises RoomNotFound."""
    room = reopen_room(room=get_room(request.account, room_uuid), keep=True)
    return _answer(request, room)


@require_POST
@member_required
def release_from_quarantine(request: MemberRequest, room_uuid: UUID) -> HttpResponseBase:
    """Raises RoomNotFound."""
    room = release(room=get_room(request.account, room_uuid), actor=request.user)
    return _answer(request, room)


def _answer(request: MemberRequest, room: Room) -> HttpResponseBase:
    if request.accepts("text/html"):
        return redirect(reverse("rooms:room", args=[room.uuid]))
    return JsonResponse({"id": str(room.uuid), "status": room.status})


def _choose_status(asked: str | None, selected: Room | None) -> str:
    """A link straight into a closed room shows it among the closed ones."""
    if asked in Room.Status.values:
        return str(asked)
    return selected.status if selected else Room.Status.OPEN


def _is_left(room: Room, here: set[str]) -> bool:
    """Whether its guest went without a word: it is on the list only while a member is in it."""
    return not room.has_begun and str(room.uuid) not in here


def _describe(room: Room, here: set[str]) -> dict[str, Any]:
    return describe_room(room, online=str(room.uuid) in here)


def _describe_details(room: Room, here: set[str]) -> dict[str, Any]:
    guests = (
        Participant.objects.filter(room=room, kind=Participant.Kind.GUEST)
        .select_related("guest")
        .order_by("id")
    )
    visits = Arrival.objects.filter(room=room).aggregate(
        count=Count("id"), last=Max("at"), called=Max("called_at")
    )
    return {
        "room": _describe(room, here),
        "link": {
            "label": room.link.label,
            "url": link_url(room.link),
            "live": room.link.is_live,
        },
        "stored": room.property.storage == Property.Storage.KEEP,
        "visits": visits["count"],
        "arrived_at": to_ms(visits["last"] or room.created_at),
        "called_at": to_ms(visits["called"]) if visits["called"] else None,
        "guests": [_describe_guest(guest) for guest in guests[:GUESTS_SHOWN]],
        "guest_count": guests.count() if room.mode == DirectLink.Mode.SHARED else 1,
    }


def _describe_guest(participant: Participant) -> dict[str, Any]:
    guest = participant.guest
    facts: dict[str, Any] = {"participant": str(participant.uuid), "name": participant.name}
    if guest is None:  # erased: the place stays, the person is gone
        return {**facts, "language": "", "facts": {}, "first_seen_at": None}
    return {
        **facts,
        "language": guest.language,
        "facts": {str(name): str(value) for name, value in guest.details.items()},
        "first_seen_at": to_ms(guest.created_at),
        "blocked": guest.blocked_at is not None,
        "block_url": reverse("rooms:guest_block", args=[guest.uuid]),
    }


def _has_places(rooms: list[Room]) -> bool:
    """Whether rows should say where the guest rang; one word on every row says nothing."""
    return len({(room.property_id, room.link.label) for room in rooms}) > 1


def _first_link(account: Account) -> DirectLink | None:
    """The address to hand out while nobody has come yet."""
    links = DirectLink.objects.for_account(account).live()
    return links.filter(property__archived_at=None).order_by("id").first()


def _make_ticket(request: MemberRequest) -> str:
    """Saves the page one round trip; later tickets come from the API."""
    claims = TicketClaims(
        account=str(request.account.uuid),
        membership=str(request.membership.uuid),
        connection=new_connection(),
        session=request.session.session_key or "",
    )
    return sign_ticket(claims)
