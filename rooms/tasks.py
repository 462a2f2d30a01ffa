"""What runs by the clock. Every job is a sweep over due rows, so two beats do no harm.

Celery looks for tasks in this module; those of the words come along by import.
"""

from __future__ import annotations

from celery import shared_task

from rooms.attachments import files, processing
from rooms.blocks import services as blocks
from rooms.conversations import revocation
from rooms.conversations.services import expiry, idle
from rooms.links import mails
from rooms.links.models import DirectLink
from rooms.links.services import uses
from rooms.notifications import sweep as calls
from rooms.notifications import tasks as call_tasks
from rooms.notifications.queue import ask_for
from rooms.privacy import cleanup, exports, retention
from rooms.provisioning.bulk.batches import QUEUE, WORK_OFF, forget_batches, work_off_batches
from rooms.webhooks import sweep as webhooks
from rooms.webhooks import tasks as webhook_tasks

WORDS = (call_tasks, webhook_tasks)


@shared_task
def sweep_deliveries() -> None:
    """Queue deliveries that are due: later rungs, retries, and what a broker or worker lost."""
    calls.queue_due()


@shared_task
def sweep_webhooks() -> None:
    """Queue webhook deliveries that are due: retries, and what a broker or worker lost."""
    webhooks.queue_due()


@shared_task
def sweep_webhook_log() -> None:
    """Forget webhook deliveries of more than 30 days ago."""
    webhooks.forget_old()


@shared_task
def work_off_provisioning() -> None:
    """Go on with the oldest batch of accounts; the clock finds what a dead worker left."""
    if work_off_batches():
        ask_for(WORK_OFF, QUEUE)


@shared_task
def forget_provisioning() -> int:
    """Remove what old batches were about."""
    return forget_batches()


@shared_task
def sweep_attachments() -> int:
    """Delete files that no row knows: of removed accounts, and of uploads that broke off."""
    return files.sweep_files()


@shared_task
def process_attachment(attachment_id: int) -> None:
    """Look through one file before anybody may read it; see rooms.attachments.processing."""
    processing.process(attachment_id)


@shared_task
def sweep_processing() -> int:
    """Queue files again that a broker or worker lost, or that wait for the virus scanner."""
    return processing.queue_lost()


@shared_task
def sweep_link_uses() -> int:
    """Add the guests let in since to the counts of their links."""
    return uses.fold_all_uses()


@shared_task
def tell_of_guesses(link_id: int) -> None:
    """Tell the managers of a link that its passcode is guessed."""
    link = DirectLink.objects.select_related("property", "account").filter(pk=link_id).first()
    if link is not None:
        mails.tell_of_guesses(link)


@shared_task
def end_blocks() -> int:
    """End blocks whose time is up."""
    return blocks.end_due_blocks()


@shared_task
def forget_traces() -> int:
    """Forget from where guests came more than 30 days ago."""
    return blocks.forget_traces()


@shared_task
def tidy_rooms() -> int:
    """Remove rooms that were left without a word WORDLESS_ROOM_HOURS ago."""
    return cleanup.remove_wordless_rooms()


@shared_task
def apply_retention() -> None:
    """Remove what was kept as long as its property wants; goes on where it was killed."""
    if retention.work_off():
        ask_for(retention.WORK_OFF, QUEUE)


@shared_task
def apply_retention_at_close(room_id: int) -> None:
    """Remove what a property keeps no longer than until its rooms are closed."""
    if retention.empty_room(room_id):
        ask_for(retention.EMPTY_ROOM, QUEUE, room_id)


@shared_task
def close_overdue_sockets() -> int:
    """Show out members whose time to set up a demanded second factor is over."""
    return revocation.close_overdue_sockets()


@shared_task
def close_idle_rooms() -> int:
    """Close rooms in which nobody said a word for as long as their property waits."""
    return idle.close_idle_rooms()


@shared_task
def close_rooms_of_ended_links() -> int:
    """Close what runs behind links that ended, where their owners chose that."""
    return expiry.close_rooms_of_ended_links()


# Well below the broker's visibility_timeout and the lease of an export.
@shared_task(soft_time_limit=270, time_limit=285)
def make_exports() -> None:
    """Write the next account that an owner asked for into a file."""
    if exports.make_next():
        ask_for(exports.MAKE, QUEUE)


@shared_task
def forget_exports() -> int:
    """Remove exports whose day is over."""
    return exports.forget_exports()
