"""What a worker does with a file before anybody may read it: scan it, write a picture anew.

The row says what is to be done. A task may be lost, run twice or die in the middle: the sweep asks
again, what is done already is left alone, and a file on which workers die is given up.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from rooms.attachments import pictures, queue, scanner
from rooms.attachments.files import delete_file
from rooms.attachments.models import Attachment
from rooms.base import events
from rooms.conversations import shape
from rooms.conversations.models import Message

TRIES_MAX = 3
# A task takes half of it at most (CELERY_TASK_TIME_LIMIT).
LOST_AFTER = timedelta(seconds=90)
SWEEP_ROWS = 200
State = Attachment.State


def process(attachment_id: int) -> None:
    """Make the file ready, or take it away and say why; a repeat changes nothing.

    While a scanner is away the file waits, however long that is.
    """
    rows = Attachment.objects.kept().filter(pk=attachment_id, state=State.PROCESSING)
    # Counted before: whatever kills this worker must not kill every other.
    rows.update(tries=F("tries") + 1, tried_at=timezone.now())
    attachment = rows.select_related("account").first()
    if attachment is None:
        return
    if attachment.tries > TRIES_MAX:
        _take_away(attachment, State.DAMAGED)
        return
    try:
        with attachment.file.open("rb") as file:
            content = file.read()
        _look_through(attachment, content)
    except FileNotFoundError:
        _take_away(attachment, State.DAMAGED)
    except scanner.ScannerAway:
        rows.update(tries=F("tries") - 1)


def _look_through(attachment: Attachment, content: bytes) -> None:
    """Raises ScannerAway."""
    if scanner.is_wanted() and scanner.is_infected(content):
        _take_away(attachment, State.INFECTED)
    elif not attachment.is_picture:
        _announce(attachment, state=State.READY)
    else:
        most = settings.ATTACHMENT_MAX_BYTES
        try:
            content = pictures.rewrite(content, attachment.content_type, most_bytes=most)
        except pictures.PictureTooLarge:
            _take_away(attachment, State.TOO_MANY_PIXELS)
        except pictures.PictureDamaged:
            _take_away(attachment, State.DAMAGED)
        else:
            _exchange(attachment, content)


def _exchange(attachment: Attachment, content: bytes) -> None:
    """Put the new file in the place of what came. Of two workers the second takes its own back."""
    came = str(attachment.file.name)
    attachment.file.save("", ContentFile(content), save=False)
    written = str(attachment.file.name)
    is_done = False
    try:
        is_done = _announce(attachment, state=State.READY, file=written, size_bytes=len(content))
    finally:
        delete_file(came if is_done else written)


def _take_away(attachment: Attachment, state: str) -> None:
    place = str(attachment.file.name)
    with transaction.atomic():
        if _announce(attachment, state=state, removed_at=timezone.now()):
            transaction.on_commit(partial(delete_file, place))


@transaction.atomic
def _announce(attachment: Attachment, **facts: object) -> bool:
    """Write what came of it and tell the room; say whether we were the first."""
    rows = Attachment.objects.kept().filter(pk=attachment.pk, state=State.PROCESSING)
    if not rows.update(**facts):
        return False
    message = Message.objects.select_related("room", "sender", "attachment").get(
        pk=attachment.message_id
    )
    # The same message once more: clients know it by its client_id and take the file's new state.
    topic = events.room_topic(message.room.uuid)
    events.publish(topic, "message.posted", message.room.uuid, shape.describe_row(message))
    return True


def queue_lost() -> int:
    """Queue again what a broker or worker lost, and what waits for a scanner."""
    lost = Attachment.objects.kept().filter(
        state=State.PROCESSING, tried_at__lt=timezone.now() - LOST_AFTER
    )
    ids = list(lost.order_by("tried_at").values_list("pk", flat=True)[:SWEEP_ROWS])
    queue.ask_for(ids)
    return len(ids)
