"""Files that come with a message: checked, counted, kept beside the database, never without it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Invalid, LimitReached
from accounts.limits import limits
from accounts.tenants.models import Account
from rooms.attachments import queue, scanner
from rooms.attachments.errors import FileTooLarge
from rooms.attachments.file_types import tell_type
from rooms.attachments.files import delete_file
from rooms.attachments.models import Attachment
from rooms.conversations.errors import ClientIdReused, NotStored
from rooms.conversations.models import Message, Participant
from rooms.conversations.services.messages import (
    check_body,
    list_upload_costs,
    post_message,
    sender_of,
)
from rooms.properties.models import Property

MIB = 1_048_576
NAME_MAX_CHARS = 120
# What a form holds beside the file: a caption of the longest and the parts' own words.
FORM_BYTES = 131_072
# Control and format characters: line ends, zero widths, and what turns the writing direction.
UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def post_attachment(
    *, sender: Participant, upload: File[bytes], name: str, client_id: UUID, caption: str = ""
) -> Attachment:
    """Keep the file and post a message that carries it: the caption, else the file's name.

    Calling again with the same client_id returns the first one and keeps no second file.

    Raises FileTooLarge, FileNotTaken, LimitReached, NotStored, Invalid and what post_message
    raises; then no file is left.
    """
    if sender.room.property.storage != Property.Storage.KEEP:
        raise NotStored
    name = clean_name(name)
    body = check_body(caption.strip() or name)
    content = _read(upload)
    draft = _describe(sender, name, content)
    if (first := _find_first(draft, client_id, body)) is not None:
        return first
    _check_space(draft)
    with _keeping_file(draft, content):
        _post(draft, client_id, body)
    return draft if draft.pk else _require_first(draft, client_id, body)


def _describe(sender: Participant, name: str, content: bytes) -> Attachment:
    """Raises FileNotTaken."""
    kind = tell_type(name, content)
    must_wait = kind.is_picture or scanner.is_wanted()
    return Attachment(
        account=sender.room.account,
        room=sender.room,
        participant=sender,
        name=name,
        content_type=kind.content_type,
        size_bytes=len(content),
        sent_digest=hashlib.sha256(content).hexdigest(),
        is_picture=kind.is_picture,
        state=Attachment.State.PROCESSING if must_wait else Attachment.State.READY,
        tried_at=timezone.now() if must_wait else None,
    )


@transaction.atomic
def _post(draft: Attachment, client_id: UUID, body: str) -> None:
    # Two uploads at once must not both take the last space.
    limits.lock_account(draft.account)
    _check_space(draft)
    sender = sender_of(draft.participant)
    post_message(
        sender=sender,
        client_id=client_id,
        body=body,
        attachment=draft,
        more_costs=list_upload_costs(draft.participant, draft.size_bytes),
    )
    if draft.pk and draft.state == Attachment.State.PROCESSING:
        transaction.on_commit(lambda: queue.ask_for([draft.pk]), robust=True)


@contextmanager
def _keeping_file(draft: Attachment, content: bytes) -> Iterator[None]:
    """Write the file before its row, and take it back unless the row is there afterwards."""
    draft.file.save("", ContentFile(content), save=False)
    try:
        yield
    finally:
        if draft.pk is None:
            delete_file(str(draft.file.name))


def _read(upload: File[bytes]) -> bytes:
    """Raises FileTooLarge."""
    most = settings.ATTACHMENT_MAX_BYTES
    content = upload.read(most + 1) if (upload.size or 0) <= most else b""
    if not content and upload.size or len(content) > most:
        raise FileTooLarge(f"A file may have {most // MIB} MiB.", field="file")
    return content


def clean_name(name: str) -> str:
    """Return the file's own name without folders and invisible characters. Raises Invalid."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(c for c in name if unicodedata.category(c) not in UNWANTED)
    stem, dot, ending = name.strip().strip(".").rpartition(".")
    if not stem.strip() or not ending.isalnum():
        raise Invalid("This file needs a name with an ending, like photo.png.", field="file")
    room = NAME_MAX_CHARS - len(ending) - 1
    if room < 1:
        raise Invalid("The ending of this file's name is too long.", field="file")
    return f"{stem.strip()[:room]}.{ending}"


def _check_space(draft: Attachment) -> None:
    """Raises LimitReached."""
    allowed = limits.get_limit(draft.account, "storage_mib")
    used = Attachment.objects.for_account(draft.account).kept().count_bytes()
    if used + draft.size_bytes > allowed * MIB:
        raise LimitReached("storage_mib", allowed)


def count_mib(account: Account) -> int:
    """Return how much of `storage_mib` the account uses, a begun MiB as a whole one."""
    return -(-Attachment.objects.for_account(account).kept().count_bytes() // MIB)


def _find_first(draft: Attachment, client_id: UUID, body: str) -> Attachment | None:
    """Return what this client_id posted before. Raises ClientIdReused."""
    rows = Message.objects.filter(sender=draft.participant, client_id=client_id)
    message = rows.select_related("attachment").first()
    if message is None:
        return None
    first: Attachment | None = getattr(message, "attachment", None)
    if first is None or message.body != body or not _is_same(first, draft):
        raise ClientIdReused
    first.room, first.participant = draft.room, draft.participant
    message.room, message.sender = draft.room, draft.participant
    return first


def _require_first(draft: Attachment, client_id: UUID, body: str) -> Attachment:
    """Somebody with the same client_id was faster. Raises ClientIdReused."""
    first = _find_first(draft, client_id, body)
    assert first is not None
    return first


def _is_same(first: Attachment, draft: Attachment) -> bool:
    if first.sent_digest:
        return (first.name, first.sent_digest) == (draft.name, draft.sent_digest)
    return (first.name, first.size_bytes) == (draft.name, draft.size_bytes)


@transaction.atomic
def remove_attachment(*, attachment: Attachment, actor: trail.Actor = None) -> None:
    """Delete the file; the message stays and says that there was one. A repeat changes nothing."""
    now = timezone.now()
    if not Attachment.objects.kept().filter(pk=attachment.pk).update(removed_at=now):
        return
    attachment.removed_at = now
    trail.record(attachment.account, actor, "attachment.removed", attachment.uuid)
    transaction.on_commit(partial(delete_file, str(attachment.file.name)))


def erase_attachments(participants: list[int]) -> None:
    """Delete what these participants sent, file and row; called in a transaction."""
    rows = Attachment.objects.filter(participant_id__in=participants)
    for place in rows.values_list("file", flat=True):
        transaction.on_commit(partial(delete_file, place))
    rows.delete()
