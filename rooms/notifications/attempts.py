"""Trying one delivery that its worker has claimed, and what its provider's answer means."""

from __future__ import annotations

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from accounts.targets.models import Target
from rooms.arrivals.models import Arrival
from rooms.base import counters, events, presence
from rooms.base.outgoing.leases import next_wait_s, settle
from rooms.base.outgoing.models import OutgoingState as State
from rooms.notifications import digests
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.base import Dead, Result, Retry, Sent
from rooms.notifications.digests import Digest
from rooms.notifications.following import follow
from rooms.notifications.models import Delivery
from rooms.notifications.switching_off import switch_off
from rooms.webhooks import recording

# Waits after the first, second, … failed try: together a bit more than a day.
WAITS_S = (5, 30, 120, 600, 3600, 21_600, 64_800)
MAX_TRIES = len(WAITS_S) + 1
NOTE_MAX_CHARS = 300
ERROR_MAX_CHARS = 200


def attempt(delivery_id: int) -> bool:
    """Try a delivery that was just claimed, and say whether its provider gave no trouble."""
    delivery = Delivery.objects.with_story().filter(pk=delivery_id).first()
    if delivery is None:  # erased meanwhile
        return True
    if reason := find_reason_to_skip(delivery):
        _finish(delivery, State.SKIPPED, reason)
        return True
    if digests.hold_back(delivery):
        return True
    result = send(delivery, digests.gather(delivery))
    if isinstance(result, Sent):
        _note_success(delivery, result.reference if delivery.held_at is None else "")
        return True
    _note_failure(delivery, result)
    return False


def find_reason_to_skip(delivery: Delivery) -> str:
    """Return why calling would be wrong or pointless by now, or nothing."""
    arrival, target = delivery.arrival, delivery.target
    reasons = {
        "answered": arrival.answered_at is not None,
        "conversation closed": arrival.room is None or not arrival.room.is_open,
        "in quarantine": arrival.room is not None and arrival.room.is_quarantined,
        "guest blocked": arrival.guest.blocked_at is not None,
        "account suspended": not delivery.account.is_open,
        "target switched off": not target.enabled or target.verified_at is None,
        "snoozed": target.is_snoozed,
        "member signed off": not target.membership.user.is_active,
    }
    for reason, holds in reasons.items():
        if holds:
            return reason
    return "somebody is at the desk" if presence.online_now(delivery.account) else ""


def send(delivery: Delivery, digest: Digest | None = None) -> Result:
    channel = channel_of(delivery.target.kind)
    try:
        return channel.send(delivery) if digest is None else channel.send_digest(digest)
    except SoftTimeLimitExceeded:
        return Retry("no answer in time")


def note_error(target_id: int, result: Result) -> None:
    reason = "" if isinstance(result, Sent) else result.reason
    Target.objects.filter(pk=target_id).update(last_error=reason[:ERROR_MAX_CHARS])


def _finish(delivery: Delivery, state: State, note: str = "", *, tries: int = 0) -> bool:
    counters.count("delivery_tries", delivery.target.kind, state)
    return settle(delivery, state, tries=tries, note=note[:NOTE_MAX_CHARS])


@transaction.atomic
def _note_success(delivery: Delivery, reference: str) -> None:
    if not _finish(delivery, State.SENT, tries=1):
        return
    if delivery.held_at is not None:
        digests.finish_others(delivery)
    now, arrival = timezone.now(), delivery.arrival
    if Arrival.objects.filter(pk=arrival.pk, called_at=None).update(called_at=now):
        counters.observe("call_age", (now - arrival.at).total_seconds())
    Target.objects.filter(pk=delivery.target_id).exclude(last_error="").update(last_error="")
    data = {"at": events.to_ms(now), "kind": delivery.target.kind}
    if (room := arrival.room) is not None:
        if reference:
            follow(delivery.target, room, reference)
        events.publish(events.room_topic(room.uuid), "owner.called", room.uuid, data)
        facts = {**data, "arrival": arrival.uuid}
        recording.record("owner.called", room, facts, guest_id=arrival.guest_id)


@transaction.atomic
def _note_failure(delivery: Delivery, result: Retry | Dead) -> None:
    note_error(delivery.target_id, result)
    if isinstance(result, Dead):
        # An address that bounced once is not tried again until its owner switches it on.
        if not result.is_gone:
            switch_off(delivery.target_id, result.reason)
        _finish(delivery, State.FAILED, result.reason, tries=1)
        if result.is_gone:
            delivery.target.delete()
        return
    wait_s = next_wait_s(WAITS_S, delivery.attempts + 1)
    if wait_s is None:
        _finish(delivery, State.FAILED, result.reason, tries=1)
        return
    wait_s = result.after_s or wait_s
    counters.count("delivery_tries", delivery.target.kind, "retried")
    note = result.reason[:NOTE_MAX_CHARS]
    settle(delivery, State.WAITING, tries=1, wait_s=wait_s, note=note)
    if delivery.held_at is not None:
        digests.put_off_others(delivery, wait_s)
