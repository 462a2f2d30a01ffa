"""What workers do for calls. The rows are the record; a task only says that it is time.

A failed try waits in the database for the sweep: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 18 h and some
jitter, or as the provider asks. A test and a proof have no row: they are tried once, and take a
place at the account like any call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import shared_task

from accounts.targets.models import Target
from accounts.targets.services import sign_target
from rooms.arrivals.models import Arrival
from rooms.base import slots
from rooms.conversations.models import Room
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.notifications import following, switching_off
from rooms.notifications.attempts import note_error, send
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.base import Dead, Result, Retry
from rooms.notifications.channels.words import settings_url
from rooms.notifications.models import Delivery
from rooms.notifications.queue import CALLS, holder_of
from rooms.properties.models import Property

# Nobody calls what has no row, so it asks for a place again: for two minutes.
PLACE_WAIT_S = 5
PLACE_TRIES = 24
MAIL_WAIT_S = 60
# What a guest said a quarter of an hour ago is read in the inbox.
FOLLOW_WAIT_S, FOLLOW_MAX_WAIT_S = 5, 60
FOLLOW_TRIES = 15
queue_next = CALLS.queue_next


@shared_task
def deliver_due(target_id: int) -> None:
    """Try what is due for the target, one after the other; see DeliveryQueue."""
    CALLS.deliver_due(target_id)


@shared_task
def deliver(delivery_id: int) -> None:
    """Try one delivery, unless it is not due, is being tried or need not be sent any more."""
    CALLS.deliver_one(delivery_id)


@shared_task(bind=True, max_retries=PLACE_TRIES)
def send_test(self: Any, target_id: int) -> None:
    """Call one target as if somebody had arrived, and note what its provider said."""
    _send_within_place(self, target_id, _send_test)


@shared_task(bind=True, max_retries=PLACE_TRIES)
def send_proof(self: Any, target_id: int) -> None:
    """Send the target's reader the link by which they agree to be called."""
    _send_within_place(self, target_id, _send_proof)


@shared_task(bind=True, max_retries=FOLLOW_TRIES)
def tell_followers(self: Any, message_id: int) -> None:
    """Tell what a guest wrote under the calls about their room; the inbox has it in any case."""
    if waits := following.tell_followers(message_id):
        wait_s = max(wait.after_s or FOLLOW_WAIT_S for wait in waits)
        raise self.retry(countdown=min(wait_s, FOLLOW_MAX_WAIT_S))


@shared_task(bind=True, max_retries=PLACE_TRIES)
def tell_switched_off(self: Any, target_id: int) -> None:
    """Write to a member whose address does not work any more; the page says so in any case."""
    if not switching_off.tell_switched_off(target_id):
        raise self.retry(countdown=MAIL_WAIT_S)


def _send_within_place(task: Any, target_id: int, deed: Callable[[Target], Result | None]) -> None:
    rows = Target.objects.select_related("account", "membership__user")
    target = rows.filter(pk=target_id).first()
    if target is None:  # removed meanwhile
        return
    result: Result | None = Retry("too many calls of this account are under way")
    with slots.place([holder_of(target.account_id)], None, queue_next) as has_place:
        if has_place:
            result = deed(target)
    if not has_place and task.request.retries < PLACE_TRIES:
        raise task.retry(countdown=PLACE_WAIT_S)
    if isinstance(result, Dead) and result.is_gone:
        target.delete()
    elif result is not None:
        note_error(target_id, result)


def _send_test(target: Target) -> Result | None:
    property = Property.objects.for_account(target.account).active().first()
    if property is None:
        return None
    room = Room(account=target.account, property=property)
    guest = Guest(account=target.account, nickname="Test")
    arrival = Arrival(guest=guest, room=room, link=DirectLink(property=property))
    return send(Delivery(account=target.account, arrival=arrival, target=target))


def _send_proof(target: Target) -> Result | None:
    if target.verified_at is not None:
        return None
    channel = channel_of(target.kind)
    token = sign_target(target, channel.identify(target.address))
    return channel.send_proof(target, f"{settings_url()}/confirm/{token}")
