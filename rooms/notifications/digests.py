"""Not more calls than a person can read: what is above a target's limits waits for one digest.

The limits (RATE_CALLS, RATE_CALLS_A_DAY) are exact windows over what was sent, read from the log
itself, so that neither a restart nor an emptied Redis lets a flood through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.limits.rate_limits import parse_rate
from rooms.arrivals.models import Arrival
from rooms.base import counters, events
from rooms.base.outgoing.models import OutgoingState as State
from rooms.links.models import DirectLink
from rooms.notifications.models import Delivery, DeliveryQuerySet
from rooms.properties.models import Property

LIMITS = ("calls", "calls_a_day")
# Somebody else's try for the same target is under way: its outcome decides.
IN_FLIGHT_WAIT_S = 5
# So many guests see at once that they were called; the others when they look again.
TOLD_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Digest:
    """One call about several arrivals; `delivery` is the one that carries it."""

    delivery: Delivery
    # Whom it is about, the carrier's among them.
    count: int
    since: datetime
    # The only one they came by; None if there were several.
    link: DirectLink | None
    property: Property | None


def hold_back(delivery: Delivery) -> bool:
    """Put off everything that is due for the target if it was called enough; say whether."""
    wait_s = find_wait_s(delivery)
    if not wait_s:
        return False
    now = timezone.now()
    waiting = Delivery.objects.ready().filter(target=delivery.target_id, held_at=None)
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=State.SENDING, lease_until=delivery.lease_until
    )
    facts = {"held_at": now, "lease_until": None, "next_at": now + timedelta(seconds=wait_s)}
    mine.update(state=State.WAITING, **facts)
    waiting.update(**facts)
    again = Delivery.objects.ready().filter(target=delivery.target_id).exclude(held_at=None)
    again.update(next_at=facts["next_at"], lease_until=None)
    counters.count("delivery_tries", delivery.target.kind, "held")
    return True


def find_wait_s(delivery: Delivery) -> float:
    """Return the seconds until the target may be called again, 0 if it may be now."""
    now = timezone.now()
    windows = [parse_rate(settings.RATE_LIMITS[name]) for name in LIMITS]
    theirs = Delivery.objects.filter(target=delivery.target_id)
    before_me = theirs.in_flight().filter(pk__lt=delivery.pk).count()
    longest = timedelta(seconds=max(period_s for _, period_s in windows))
    sent = theirs.filter(state=State.SENT, finished_at__gt=now - longest)
    most = max(count for count, _ in windows)
    newest = sent.order_by("-finished_at").values_list("finished_at", flat=True)[:most]
    ends = [at for at in newest if at is not None]
    waits = [_wait_s(count - before_me, period_s, ends, now) for count, period_s in windows]
    return max(waits)


def _wait_s(free: int, period_s: int, ends: list[datetime], now: datetime) -> float:
    """The newest first: the one that used the last of the free places has to leave the window."""
    if free < 1:
        return IN_FLIGHT_WAIT_S
    if len(ends) < free:
        return 0.0
    return max(0.0, period_s - (now - ends[free - 1]).total_seconds())


def gather(delivery: Delivery) -> Digest | None:
    """Return the digest that this delivery has to carry; None if it stands for itself."""
    if delivery.held_at is None:
        return None
    about = Arrival.objects.filter(pk__in=_others(delivery).values("arrival_id"))
    about = about.filter(answered_at=None, guest__blocked_at=None, room__status="open")
    found = list(about.order_by("at").values_list("at", "link_id", "link__property_id"))
    if not found:
        return None
    link = delivery.arrival.link
    is_one_link = all(row[1] == link.pk for row in found)
    is_one_property = all(row[2] == link.property_id for row in found)
    return Digest(
        delivery,
        count=len(found) + 1,
        since=min(found[0][0], delivery.arrival.at),
        link=link if is_one_link else None,
        property=link.property if is_one_property else None,
    )


def put_off_others(delivery: Delivery, wait_s: float) -> None:
    """The digest waits for its next try; none of the others is to carry it meanwhile."""
    _others(delivery).update(next_at=timezone.now() + timedelta(seconds=wait_s), lease_until=None)


def finish_others(delivery: Delivery) -> None:
    """What the digest has told needs no call of its own; its guests see that somebody was called.

    Runs in the transaction that notes the digest as sent.
    """
    now = timezone.now()
    others = _others(delivery)
    told = Arrival.objects.filter(pk__in=others.values("arrival_id"), called_at=None)
    rooms = list(
        told.filter(room__isnull=False).values_list("room__uuid", flat=True)[:TOLD_AT_ONCE]
    )
    told.update(called_at=now)
    others.update(
        state=State.SKIPPED,
        note="told in a digest",
        finished_at=now,
        lease_until=None,
    )
    data = {"at": events.to_ms(now), "kind": delivery.target.kind}
    for uuid in rooms:
        events.publish(events.room_topic(uuid), "owner.called", uuid, data)


def _others(delivery: Delivery) -> DeliveryQuerySet:
    held = Delivery.objects.filter(target=delivery.target_id, state=State.WAITING)
    return held.exclude(held_at=None).exclude(pk=delivery.pk)
