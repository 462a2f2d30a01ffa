"""The doors to tenant data: absent and not yours look the same."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.tenants.models import Account
from rooms.conversations.errors import NotInRoom, RoomNotFound
from rooms.conversations.models import Participant, Room
from rooms.links.models import DirectLink


def get_room(account: Account, uuid: UUID) -> Room:
    """Raises RoomNotFound."""
    return get_room_of_any([account], uuid)


def get_room_of_any(accounts: Iterable[Account], uuid: UUID) -> Room:
    """Return the room that one of these accounts owns. Raises RoomNotFound."""
    owners = {account.pk: account for account in accounts}
    rows = Room.objects.filter(account__in=owners, uuid=uuid)
    found = rows.select_related("property", "link").first()
    if found is None:
        raise RoomNotFound
    found.account = owners[found.account_id]
    return found


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
