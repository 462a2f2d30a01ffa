"""What a worker would do, done here."""

from __future__ import annotations

from rooms.attachments.models import Attachment
from rooms.tasks import process_attachment


def work_off():
    """Look through every file that waits."""
    waiting = Attachment.objects.filter(state="processing").order_by("pk")
    for attachment_id in waiting.values_list("pk", flat=True):
        process_attachment(attachment_id)
