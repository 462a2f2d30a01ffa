"""The doors to tenant data: absent and not yours look the same."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.team.models import Membership
from accounts.tenants.models import Account
from rooms.conversations.errors import NotInRoom, RoomNotFound
from rooms.conversations.models import Participant, Room
from rooms.links.models import DirectLink


def get_room(account: Account, uuid: UUID) -> Room:
    """Raises RoomNotFound."""
    return get_room_of_any([account], uuid)


def get_room_of_any(accounts: Iterable[Account], uuid: UUID) -> Room:
    """Return the room that one of these accounts owns. Raises RoomNotFound."""
    found = (
        Room.objects.filter(account__in=accounts, uuid=uuid)
        .select_related("property", "link")
        .first()
    )
    if found is None:
        raise RoomNotFound
    return found


def get_member_participant(membership: Membership, room: Room) -> Participant:
    """Return the member's place in a room of their account, taking it on first use."""
    assert room.account_id == membership.account_id
    participant, _ = Participant.objects.get_or_create(
        room=room,
        membership=membership,
        defaults={
            "account_id": room.account_id,
            "kind": Participant.Kind.MEMBER,
            "name": membership.user.display_name,
        },
    )
    return participant


def get_guest_participant(link: DirectLink, guest_uuid: UUID | None) -> Participant:
    """Return the guest's newest place behind this link. Raises NotInRoom."""
    if guest_uuid is None:
        raise NotInRoom
    rows = Participant.objects.filter(guest__uuid=guest_uuid, room__link=link)
    selected = rows.select_related("room__property", "room__account", "guest", "membership")
    participant = selected.order_by("-id").first()
    if participant is None:
        raise NotInRoom
    return participant
