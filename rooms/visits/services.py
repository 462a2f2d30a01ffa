"""A guest comes in: guest, room, participant, arrival and its deliveries in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.limits import quotas
from accounts.team.models import Membership
from rooms.arrivals.models import Arrival
from rooms.base import presence
from rooms.blocks.origins import Origin
from rooms.blocks.services import note_origin
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.participation import admit, guest_party
from rooms.conversations.services.rooms import check_open_rooms
from rooms.guests.errors import GuestBlocked, NicknameMissing
from rooms.guests.models import Guest
from rooms.guests.names import mark_impostor
from rooms.links.errors import LinkGone, PasscodeWrong
from rooms.links.models import DirectLink
from rooms.links.services.passcodes import is_passcode
from rooms.links.services.prefill import Facts, read_prefill
from rooms.links.services.uses import count_use
from rooms.properties.models import Property
from rooms.quarantine.services import announce_arrival

ACTIVITY_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a guest ended up. `arrival` is None when the same visit goes on."""

    guest: Guest
    room: Room
    participant: Participant
    arrival: Arrival | None


def join_link(
    *,
    link: DirectLink,
    guest_uuid: UUID | None = None,
    nickname: str = "",
    passcode: str = "",
    language: str = "",
    prefill: str = "",
    address: str = "",
    consent_version: int = 0,
    origin: Origin | None = None,
    is_suspicious: Callable[[], bool] = lambda: False,
) -> Visit:
    """Bring a guest into the link's room; the same guest comes back to the same room.

    Opens a closed private room again. A page load within VISIT_GAP_S of the last one goes
    on with the same visit. `prefill` holds facts the owner signed; its name goes before
    the nickname. `address` is what the visit notes of where the guest came from,
    `consent_version` which consent line their page showed. `is_suspicious` is asked about a guest
    whom nobody knows; who is gets a room that waits in quarantine and calls nobody.

    Raises PasscodeWrong, RateLimited, NicknameMissing, GuestBlocked, LinkGone (full or paused),
    LimitReached, PrefillWrong, Unavailable, and what `is_suspicious` raises.
    """
    facts = read_prefill(link, prefill) if prefill else {}
    # What the owner signed needs no mark.
    nickname = str(facts.get("name", "")) or _mark_impostor(link, nickname)
    # Outside the transaction, as it takes its time.
    if link.passcode and not _knows_passcode(link, guest_uuid, passcode):
        raise PasscodeWrong
    visit = _enter(link, guest_uuid, nickname, language, facts, address, origin, is_suspicious)
    if consent_version:
        note_consent(visit.participant, link.property, consent_version)
    return visit


def _mark_impostor(link: DirectLink, nickname: str) -> str:
    if not nickname:
        return ""
    members = Membership.objects.filter(account_id=link.account_id)
    taken = [link.property.name, link.account.name, *members.values_list("user__name", flat=True)]
    return mark_impostor(nickname, taken, (link.property.languages or ["en"])[0])


@transaction.atomic
def _enter(
    link: DirectLink,
    guest_uuid: UUID | None,
    nickname: str,
    language: str,
    facts: Facts,
    address: str,
    origin: Origin | None,
    is_suspicious: Callable[[], bool],
) -> Visit:
    guest = _lock_guest(link, guest_uuid)
    # Not by the cookie: that of an erased guest would let any number in.
    quarantine = guest is None and is_suspicious()
    participant = _find_place(link, guest)
    is_known = participant is not None or _came_before(link, guest)
    if guest is None:
        guest = _make_guest(link, nickname, language)
    _note_facts(guest, nickname, facts)

    if participant is None:
        if link.property.nickname == Property.Nickname.REQUIRED and not guest.nickname:
            raise NicknameMissing
        if not link.takes_new_guests and not is_known:
            raise LinkGone
    room = participant.room if participant is not None else _choose_room(link, guest, quarantine)
    participant = admit(room=room, party=guest_party(guest), place=participant)
    arrival = _note_arrival(link, guest, participant.room, address)
    expected = partial(presence.expect_guest, link.account.uuid, participant.room.uuid)
    transaction.on_commit(expected)
    # Last, as others wait for these two rows until we commit.
    if arrival is not None and origin is not None:
        note_origin(guest, origin)
    if arrival is not None:
        _note_activity(participant.room, arrival.at)
    if not is_known:
        count_use(link)
    return Visit(guest, participant.room, participant, arrival)


def note_consent(participant: Participant, brand: Property, version: int) -> None:
    """Note which line was shown; the first message below it notes when they agreed.

    Where no message is stored, that is when they came in. A version that was never shown counts
    for nothing.
    """
    if not brand.consent or version > brand.consent_version:
        return
    now = None if brand.storage == Property.Storage.KEEP else timezone.now()
    others = Participant.objects.filter(pk=participant.pk).exclude(consent_version=version)
    others.update(consent_version=version, consented_at=now)


def _knows_passcode(link: DirectLink, guest_uuid: UUID | None, passcode: str) -> bool:
    """Whether they know it now, or did when they came by this very link before."""
    guest = _find_guests(link, guest_uuid).first()
    was_here = _find_place(link, guest) is not None or _came_before(link, guest)
    return was_here or is_passcode(passcode, link)


def _find_guests(link: DirectLink, guest_uuid: UUID | None) -> QuerySet[Guest]:
    if guest_uuid is None:
        return Guest.objects.none()
    return Guest.objects.filter(account_id=link.account_id, uuid=guest_uuid)


def _lock_guest(link: DirectLink, guest_uuid: UUID | None) -> Guest | None:
    """Find them, and let no room of theirs be tidied away meanwhile. Raises GuestBlocked."""
    guest = _find_guests(link, guest_uuid).select_for_update(no_key=True).first()
    if guest is not None and guest.blocked_at is not None:
        raise GuestBlocked
    return guest


def _make_guest(link: DirectLink, nickname: str, language: str) -> Guest:
    if link.property.nickname == Property.Nickname.REQUIRED and not nickname:
        raise NicknameMissing
    return Guest.objects.create(account_id=link.account_id, nickname=nickname, language=language)


def _note_facts(guest: Guest, nickname: str, facts: Facts) -> None:
    if nickname and nickname != guest.nickname:
        guest.nickname = nickname
        guest.save(update_fields=["nickname"])
    if facts:
        guest.details = {**guest.details, **facts}
        guest.save(update_fields=["details"])


def _find_place(link: DirectLink, guest: Guest | None) -> Participant | None:
    """The guest's newest place in a room of this link."""
    if guest is None:
        return None
    return (
        Participant.objects.filter(guest=guest, room__link=link)
        .select_related("room__property", "room__account")
        .order_by("-id")
        .first()
    )


def _came_before(link: DirectLink, guest: Guest | None) -> bool:
    """Whether they were let in by this link into a room that was tidied away since."""
    return guest is not None and Arrival.objects.filter(link=link, guest=guest).exists()


def _choose_room(link: DirectLink, guest: Guest, quarantine: bool) -> Room:
    """Return the room for a guest who has none here. Raises LimitReached, RateLimited."""
    facts: dict[str, Any] = {"account": link.account, "property": link.property}
    if link.mode == DirectLink.Mode.SHARED:
        defaults = {**facts, "name": link.label or link.property.name}
        room, is_new = Room.objects.get_or_create(
            link=link, mode=link.mode, status=Room.Status.OPEN, defaults=defaults
        )
        if is_new:
            _check_new_room(link, guest)
    else:
        _check_new_room(link, guest)
        if quarantine:
            facts["status"] = Room.Status.QUARANTINE
        room = Room.objects.create(link=link, mode=link.mode, name=guest.display_name, **facts)
    room.account, room.property = link.account, link.property
    return room


def _check_new_room(link: DirectLink, guest: Guest) -> None:
    """Raises LimitReached, RateLimited."""
    check_open_rooms(link.account)
    mine = quotas.list_quotas(link.account, quotas.ROOMS, guest=guest.pk, link=link.pk)
    quotas.spend([(quota, 1) for quota in mine])


def _note_arrival(link: DirectLink, guest: Guest, room: Room, address: str) -> Arrival | None:
    now = timezone.now()
    Guest.objects.filter(pk=guest.pk).update(last_seen_at=now)
    gap = timedelta(seconds=settings.VISIT_GAP_S)
    # Two tabs opened at once: the second update finds the row the first one made, because
    # the guest's row above is locked until commit.
    same_visit = Arrival.objects.filter(room=room, guest=guest, last_seen_at__gt=now - gap)
    if same_visit.update(last_seen_at=now):
        return None
    arrival = Arrival.objects.create(
        account_id=link.account_id,
        link=link,
        guest=guest,
        room=room,
        at=now,
        last_seen_at=now,
        address=address,
    )
    announce_arrival(arrival, link)
    return arrival


def _note_activity(room: Room, at: datetime) -> None:
    """Move the room up in the inbox; in a crowd behind one link, once a step."""
    stale = Room.objects.filter(pk=room.pk, activity_at__lt=at - ACTIVITY_STEP)
    stale.update(activity_at=at)
