"""Trying one delivery. The row says what is to be done; a task only says that it is time."""

from __future__ import annotations

import random
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.targets.models import Target
from accounts.targets.services import sign_target
from rooms.arrivals.models import Arrival
from rooms.base import broker, counters, events, presence, slots
from rooms.conversations.models import Room
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.notifications.channels import channel_of, queue_of
from rooms.notifications.channels.base import Dead, Result, Retry, Sent
from rooms.notifications.channels.words import settings_url
from rooms.notifications.models import Delivery
from rooms.properties.models import Property
from rooms.webhooks import recording

# Waits after the first, second, … failed try: together a bit more than a day.
WAITS_S = (5, 30, 120, 600, 3600, 21_600, 64_800)
MAX_TRIES = len(WAITS_S) + 1
JITTER = 0.2
NOTE_MAX_CHARS = 300
ERROR_MAX_CHARS = 200


@shared_task
def deliver(delivery_id: int) -> None:
    """Try one delivery, unless it is not due, is being tried or need not be sent any more.

    Safe to run twice, also at the same time. A failed try waits in the database for the sweep:
    5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 18 h and some jitter, or as the provider asks. Without a
    place (see slots) it waits for one, and no try is counted.
    """
    waiting = Delivery.objects.filter(
        pk=delivery_id, state=Delivery.State.WAITING, next_at__lte=Now()
    )
    found = waiting.first()
    if found is None:
        return
    holders, has_more = [f"call:{found.account_id}"], found.lease_until is not None
    with slots.place(holders, found.target_id, queue_next, has_more=has_more) as has_place:
        if has_place and (delivery := _claim(waiting, delivery_id)):
            _try(delivery)
    if not has_place and waiting.exclude(lease_until=None).update(lease_until=None):
        # A place may have come free before it could be found for that.
        deliver(delivery_id)


def queue_next(target_id: int, free: int) -> bool:
    """Queue the target's first due deliveries; see webhooks."""
    batch, kind = _take_next(target_id, free)
    broker.publish((deliver, pk, queue_of(kind)) for pk in batch)
    return bool(batch)


@transaction.atomic
def _take_next(target_id: int, free: int) -> tuple[list[int], str]:
    due = Delivery.objects.due().unqueued().filter(state=Delivery.State.WAITING, target=target_id)
    rows = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at")
    batch = list(rows.values_list("pk", "target__kind")[:free])
    ids = [pk for pk, _ in batch]
    lease = Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)
    Delivery.objects.filter(pk__in=ids).update(lease_until=lease)
    return ids, batch[0][1] if batch else ""


def _try(delivery: Delivery) -> None:
    if reason := find_reason_to_skip(delivery):
        _finish(delivery, Delivery.State.SKIPPED, reason)
        return
    result = _send(delivery)
    if isinstance(result, Sent):
        _note_success(delivery)
    else:
        _note_failure(delivery, result)


@shared_task
def send_test(target_id: int) -> None:
    """Call one target as if somebody had arrived, and note what its provider said."""
    target = Target.objects.select_related("account", "membership__user").get(pk=target_id)
    property = Property.objects.for_account(target.account).active().first()
    if property is None:
        return
    room = Room(account=target.account, property=property)
    guest = Guest(account=target.account, nickname="Test")
    arrival = Arrival(guest=guest, room=room, link=DirectLink(property=property))
    result = _send(Delivery(account=target.account, arrival=arrival, target=target))
    _note_error(target_id, result)


@shared_task
def send_proof(target_id: int) -> None:
    """Send the target's reader the link by which they agree to be called."""
    target = Target.objects.select_related("account", "membership__user").get(pk=target_id)
    if target.verified_at is None:
        channel = channel_of(target.kind)
        token = sign_target(target, channel.identify(target.address))
        _note_error(target_id, channel.send_proof(target, f"{settings_url()}/confirm/{token}"))


def find_reason_to_skip(delivery: Delivery) -> str:
    """Return why calling would be wrong or pointless by now, or nothing."""
    arrival, target = delivery.arrival, delivery.target
    reasons = {
        "answered": arrival.answered_at is not None,
        "conversation closed": arrival.room is None or not arrival.room.is_open,
        "guest blocked": arrival.guest.blocked_at is not None,
        "account suspended": not delivery.account.is_open,
        "target switched off": not target.enabled or target.verified_at is None,
        "member signed off": not target.membership.user.is_active,
    }
    for reason, holds in reasons.items():
        if holds:
            return reason
    return "somebody is at the desk" if presence.online_now(delivery.account) else ""


def _claim(waiting: QuerySet[Delivery], delivery_id: int) -> Delivery | None:
    """Take the delivery for DELIVERY_LEASE_S, or return None if it is not to be had."""
    lease = Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)
    if not waiting.update(state=Delivery.State.SENDING, lease_until=lease):
        return None
    return Delivery.objects.with_story().get(pk=delivery_id)


def _send(delivery: Delivery) -> Result:
    try:
        return channel_of(delivery.target.kind).send(delivery)
    except SoftTimeLimitExceeded:
        return Retry("no answer in time")


def _note_error(target_id: int, result: Result) -> None:
    reason = "" if isinstance(result, Sent) else result.reason
    Target.objects.filter(pk=target_id).update(last_error=reason[:ERROR_MAX_CHARS])


def _finish(delivery: Delivery, state: Delivery.State, note: str = "", *, tries: int = 0) -> bool:
    """Close the row if this task still holds its lease; else somebody else will."""
    held = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.SENDING, lease_until=delivery.lease_until
    )
    counters.count("delivery_tries", delivery.target.kind, state)
    return bool(
        held.update(
            state=state,
            attempts=F("attempts") + tries,
            note=note[:NOTE_MAX_CHARS],
            lease_until=None,
            finished_at=Now(),
        )
    )


@transaction.atomic
def _note_success(delivery: Delivery) -> None:
    if not _finish(delivery, Delivery.State.SENT, tries=1):
        return
    now, arrival = timezone.now(), delivery.arrival
    if Arrival.objects.filter(pk=arrival.pk, called_at=None).update(called_at=now):
        counters.observe("call_age", (now - arrival.at).total_seconds())
    Target.objects.filter(pk=delivery.target_id).exclude(last_error="").update(last_error="")
    data = {"at": events.to_ms(now), "kind": delivery.target.kind}
    if (room := arrival.room) is not None:
        events.publish(events.room_topic(room.uuid), "owner.called", room.uuid, data)
        facts = {**data, "arrival": arrival.uuid}
        recording.record("owner.called", room, facts, guest_id=arrival.guest_id)


@transaction.atomic
def _note_failure(delivery: Delivery, result: Retry | Dead) -> None:
    note = result.reason
    tries = delivery.attempts + 1
    _note_error(delivery.target_id, result)
    if isinstance(result, Dead):
        # An address that bounced once is not tried again until its owner switches it on.
        Target.objects.filter(pk=delivery.target_id).update(enabled=False)
    if isinstance(result, Dead) or tries >= MAX_TRIES:
        _finish(delivery, Delivery.State.FAILED, note, tries=1)
        return
    wait_s = result.after_s or WAITS_S[tries - 1] * (1 + random.uniform(0, JITTER))
    counters.count("delivery_tries", delivery.target.kind, "retried")
    Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.SENDING, lease_until=delivery.lease_until
    ).update(
        state=Delivery.State.WAITING,
        attempts=tries,
        next_at=Now() + timedelta(seconds=wait_s),
        note=note[:NOTE_MAX_CHARS],
        lease_until=None,
    )
