from __future__ import annotations

from uuid import UUID

from accounts.tenants.models import Account
from rooms.attachments.errors import AttachmentNotFound
from rooms.attachments.models import Attachment, AttachmentQuerySet
from rooms.links.models import DirectLink


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
