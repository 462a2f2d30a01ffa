"""Five hundred strangers without a cookie at one link, by real joins, limits as shipped."""

from __future__ import annotations

import pytest

from rooms.arrivals.models import Arrival
from rooms.conversations.models import Room
from tests.rooms.notifications.test_digests import work
from tests.rooms.quarantine.knocks import HEADLESS, Knocker

pytestmark = pytest.mark.django_db(transaction=True)
JOINS, ADDRESSES = 500, 25


@pytest.fixture(autouse=True)
def small_sum(settings):
    settings.PROOF_MAX_NUMBER = 50


def flood(link, deed, joins=JOINS, **browser):
    """Return how many of the strangers were answered how."""
    answers = [
        deed(Knocker(f"198.51.{number % ADDRESSES}.1", **browser), link).status_code
        for number in range(joins)
    ]
    return {status: answers.count(status) for status in set(answers)}


def count_mails(mailbox):
    """All that comes of it, the digest too, in the quarter of an hour that follows."""
    for minutes in (0, 9, 7):
        work(minutes=minutes)
    return len(mailbox.mails)


def test_500_joins_that_prove_what_is_asked_lead_to_7_mails_at_most(mailbox, link):
    assert flood(link, Knocker.come_in) == {201: JOINS}
    assert Arrival.objects.count() == JOINS
    assert 1 <= count_mails(mailbox) <= 7


def test_who_proves_nothing_does_not_get_in_at_all(mailbox, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "new_guests": "10/3600"}
    assert flood(link, Knocker.knock, joins=40) == {201: 10, 428: 30}
    assert Arrival.objects.count() == 10
    assert 1 <= count_mails(mailbox) <= 7


def test_a_driven_crowd_rings_nobody(mailbox, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "new_guests": "1/3600"}
    assert Knocker("198.51.0.1").knock(link).status_code == 201
    assert flood(link, Knocker.come_in, joins=20, agent=HEADLESS) == {201: 20}
    assert Room.objects.filter(status=Room.Status.QUARANTINE).count() == 20
    assert count_mails(mailbox) == 1


def test_one_address_is_still_limited_by_itself(link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "join": "20/3600"}
    answers = [Knocker().knock(link).status_code for _ in range(22)]
    assert answers == [201] * 20 + [429] * 2
