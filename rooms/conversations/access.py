"""The doors to tenant data: absent and not yours look the same."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.errors import NotFound
from accounts.models import Account, Membership
from rooms.errors import (
    AttachmentNotFound,
    BatchNotFound,
    GuestNotFound,
    LinkGone,
    LinkNotFound,
    NotInRoom,
    PropertyNotFound,
    RoomNotFound,
    WebhookNotFound,
)
from rooms.models import (
    Arrival,
    Attachment,
    Delivery,
    DirectLink,
    Guest,
    Participant,
    Property,
    ProvisioningBatch,
    Room,
    Webhook,
    WebhookDelivery,
)
from rooms.models.attachment import AttachmentQuerySet


def get_property(account: Account, uuid: UUID) -> Property:
    """Raises PropertyNotFound."""
    found = Property.objects.for_account(account).filter(uuid=uuid).first()
    if found is None:
        raise PropertyNotFound
    return found


def get_link(account: Account, uuid: UUID) -> DirectLink:
    """Raises LinkNotFound."""
    links = DirectLink.objects.for_account(account).filter(uuid=uuid).with_guests()
    found = links.select_related("property").first()
    if found is None:
        raise LinkNotFound
    return found


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


def get_guest(account: Account, uuid: UUID) -> Guest:
    """Raises GuestNotFound."""
    found = Guest.objects.for_account(account).filter(uuid=uuid).first()
    if found is None:
        raise GuestNotFound
    return found


def open_link(address: str) -> DirectLink:
    """Return the link a guest may come in by, with its property and account: one query.

    Raises LinkNotFound, LinkGone.
    """
    link = DirectLink.objects.with_address(address).first()
    if link is None:
        raise LinkNotFound
    if not link.is_live or link.property.archived_at is not None or not link.account.is_open:
        raise LinkGone
    return link


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


def get_attachment(account: Account, uuid: UUID) -> Attachment:
    """Raises AttachmentNotFound."""
    return _find_attachment(Attachment.objects.for_account(account).filter(uuid=uuid))


def get_attachment_for_guest(link: DirectLink, guest_uuid: UUID | None, uuid: UUID) -> Attachment:
    """Return a file of a room of this link that the guest is in. Raises AttachmentNotFound."""
    if guest_uuid is None:
        raise AttachmentNotFound
    rows = Attachment.objects.filter(
        uuid=uuid,
        room__link=link,
        room__participants__guest__uuid=guest_uuid,
        room__participants__guest__blocked_at=None,
    )
    return _find_attachment(rows)


def _find_attachment(rows: AttachmentQuerySet) -> Attachment:
    found = rows.kept().select_related("account", "room", "participant", "message").first()
    if found is None:
        raise AttachmentNotFound
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


def get_arrival(account: Account, uuid: UUID) -> Arrival:
    """Raises NotFound."""
    rows = Arrival.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("link", "guest", "room").first()
    if found is None:
        raise NotFound
    return found


def get_delivery(account: Account, uuid: UUID) -> Delivery:
    """Raises NotFound."""
    rows = Delivery.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("arrival", "target").first()
    if found is None:
        raise NotFound
    return found


def get_webhook(account: Account, uuid: UUID) -> Webhook:
    """Raises WebhookNotFound."""
    rows = Webhook.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("account").first()
    if found is None:
        raise WebhookNotFound
    return found


def get_webhook_delivery(account: Account, uuid: UUID) -> WebhookDelivery:
    """Raises NotFound."""
    rows = WebhookDelivery.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("webhook", "account").first()
    if found is None:
        raise NotFound
    return found


def get_batch(uuid: UUID) -> ProvisioningBatch:
    """Return a batch of the installation, which platform keys share. Raises BatchNotFound."""
    found = ProvisioningBatch.objects.filter(uuid=uuid).first()
    if found is None:
        raise BatchNotFound
    return found
