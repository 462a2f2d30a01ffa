"""Nobody's mailbox is filled: what is above a target's limits is told at once, later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from rooms.arrivals.models import Arrival
from rooms.links.services.links import create_link
from rooms.notifications.models import Delivery
from rooms.notifications.tasks import deliver_due
from tests.cast import join
from tests.mailbox import text_of

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


def work(minutes=0):
    """Let workers do what is due once so much time has passed."""
    if minutes:
        passed = timedelta(minutes=minutes)
        Delivery.objects.update(
            next_at=F("next_at") - passed, finished_at=F("finished_at") - passed
        )
    for target_id in Delivery.objects.due().values_list("target_id", flat=True).distinct():
        while Delivery.objects.ready().filter(target_id=target_id).exists():
            deliver_due(target_id)


def come(link, count):
    return [join(link, f"Guest {number}") for number in range(count)]


def test_a_flood_of_arrivals_becomes_six_mails_and_one_digest(mailbox, link):
    come(link, 60)
    work()
    assert len(mailbox.mails) == 6
    assert Delivery.objects.filter(state=State.WAITING).exclude(held_at=None).count() == 54
    work(minutes=9)
    assert len(mailbox.mails) == 6
    work(minutes=2)
    assert len(mailbox.mails) == 7
    digest = mailbox.mails[-1]
    assert digest["Subject"] == "54 visitors are waiting at Alice Ltd"
    for kind in ("plain", "html"):
        body = text_of(digest, kind)
        assert "/inbox" in body
        assert f"/properties/links/{link.uuid}#pause" in body
    work(minutes=60)
    assert len(mailbox.mails) == 7
    assert not Arrival.objects.filter(called_at=None).exists()
    assert Delivery.objects.filter(note="told in a digest").count() == 53


def test_a_day_has_a_limit_too(mailbox, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "calls_a_day": "8/86400"}
    for _ in range(3):
        come(link, 4)
        work(minutes=11)
    assert len(mailbox.mails) == 8
    work(minutes=23 * 60)
    assert len(mailbox.mails) == 8
    work(minutes=40)
    assert mailbox.mails[-1]["Subject"] == "4 visitors are waiting at Alice Ltd"


def test_who_was_answered_meanwhile_is_not_counted(mailbox, link):
    visits = come(link, 10)
    work()
    held = Delivery.objects.exclude(held_at=None).values("arrival_id")
    Arrival.objects.filter(pk__in=held[:2]).update(answered_at=timezone.now())
    work(minutes=11)
    assert len(visits) == 10
    assert mailbox.mails[-1]["Subject"] == "2 visitors are waiting at Alice Ltd"


def test_one_that_waited_alone_is_told_as_ever(mailbox, link):
    come(link, 7)
    work()
    work(minutes=11)
    assert mailbox.mails[-1]["Subject"].endswith("is waiting at Alice's shop")


def test_a_digest_that_fails_is_tried_again_whole(mailbox, link):
    come(link, 9)
    work()
    mailbox.replies = ["451 later"]
    work(minutes=11)
    assert Delivery.objects.filter(state=State.WAITING).exclude(held_at=None).count() == 3
    work(minutes=1)
    assert mailbox.mails[-1]["Subject"] == "3 visitors are waiting at Alice Ltd"


def test_visitors_of_several_links_lead_to_their_property(mailbox, link, property):
    come(link, 6)
    work()
    come(link, 2)
    come(create_link(property=property), 2)
    work()
    work(minutes=11)
    assert f"/properties/{property.uuid}#pause" in text_of(mailbox.mails[-1])
