from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.base.errors import DomainError, Invalid, LimitReached
from rooms.conversations.models import Room
from rooms.links.errors import LinkGone, PasscodeWrong, PrefillWrong
from rooms.links.models import DirectLink
from rooms.links.services.links import (
    create_link,
    create_links,
    revoke_link,
    rotate_link,
    update_link,
)
from rooms.links.services.prefill import sign_prefill
from tests.cast import join


def at_once(count, deed):
    """Run deed(number) in as many threads; return the results, refusals among them."""

    def run(number):
        try:
            return deed(number)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def refusals(results):
    return [result for result in results if isinstance(result, DomainError)]


@pytest.mark.parametrize("mode", ["private", "shared"])
@pytest.mark.django_db(transaction=True)
def test_a_guest_limit_holds_when_all_come_at_once(link, mode):
    update_link(link=link, guest_limit=3, mode=mode)
    results = at_once(8, lambda number: join(link, f"Guest {number}"))
    assert [type(refusal) for refusal in refusals(results)] == [LinkGone] * 5
    link.refresh_from_db()
    assert link.guest_count == 3
    assert Room.objects.filter(link=link).count() == (3 if mode == "private" else 1)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_who_choose_the_same_address_gets_it(property):
    results = at_once(6, lambda _: create_link(property=property, slug="corner-shop"))
    assert [refusal.field for refusal in refusals(results)] == ["slug"] * 5
    assert DirectLink.objects.filter(slug="corner-shop").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_limit_of_links_holds_when_all_are_made_at_once(property, account):
    account.limits = {"links": 4}
    account.save(update_fields=["limits"])
    results = at_once(6, lambda _: create_links(property=property, count=2))
    assert [type(refusal) for refusal in refusals(results)] == [LimitReached] * 5
    assert account.links.count() == 3


def test_a_guest_who_was_in_comes_back_to_a_full_link(link):
    update_link(link=link, guest_limit=1)
    first = join(link)
    again = join_again(link, first)
    assert again.room == first.room
    with pytest.raises(LinkGone):
        join(link, "Second")


def join_again(link, visit):
    return join(link, guest_uuid=visit.guest.uuid)


def test_ten_thousand_links_are_made_in_one_call(property, account):
    account.limits = {"links": 10_001}
    account.save(update_fields=["limits"])
    made = create_links(property=property, count=10_000, label="Seat")
    assert made[-1].label == "Seat 10000"
    assert DirectLink.objects.for_account(account).count() == 10_001
    with pytest.raises(LimitReached):
        create_link(property=property)


def test_a_loop_of_single_links_ends_at_the_limit(property, account):
    account.limits = {"links": 25}
    account.save(update_fields=["limits"])
    made = 0
    with pytest.raises(LimitReached) as refusal:
        for _ in range(10_000):
            create_link(property=property)
            made += 1
    assert (made, refusal.value.code, refusal.value.allowed) == (24, "limit_reached", 25)


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_a_senseless_number_of_links_is_refused(property, count):
    with pytest.raises(Invalid) as refusal:
        create_links(property=property, count=count)
    assert refusal.value.field == "count"


def test_a_passcode_opens_the_link_and_nothing_else_does(link):
    update_link(link=link, passcode="open sesame")
    with pytest.raises(PasscodeWrong):
        join(link)
    with pytest.raises(PasscodeWrong):
        join(link, passcode="Open sesame")
    assert join(link, passcode="open sesame").room.is_open


def test_a_guest_who_is_in_stays_when_the_address_changes(link, visit):
    rotate_link(link=link)
    assert join_again(link, visit).room == visit.room


def test_revoking_twice_is_revoking_once(link, account):
    first = revoke_link(link=link).revoked_at
    assert revoke_link(link=link).revoked_at == first
    assert account.audit_events.filter(action="link.revoked").count() == 1


def in_an_hour():
    return timezone.now() + timedelta(hours=1)


def test_signed_facts_name_the_guest_and_stand_beside_the_room(link):
    facts = {"name": "Grace Hopper", "email": "grace@example.com", "orders": 3}
    visit = join(link, "typed", prefill=sign_prefill(link, facts, in_an_hour()))
    assert visit.participant.name == "Grace Hopper"
    visit.guest.refresh_from_db()
    assert visit.guest.details == facts


def test_signed_facts_hold_for_one_link_and_for_their_time(link, property):
    other = create_link(property=property)
    token = sign_prefill(link, {"name": "Grace"}, in_an_hour())
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    for where, text in ((other, token), (link, forged), (link, "nonsense"), (link, "x" * 5000)):
        with pytest.raises(PrefillWrong):
            join(where, prefill=text)
    soon = timezone.now() + timedelta(seconds=1)
    short = sign_prefill(link, {"name": "Grace"}, soon)
    later = time_machine.travel(soon + timedelta(seconds=1), tick=False)
    with later, pytest.raises(PrefillWrong):
        join(link, prefill=short)


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "x" * 61},
        {"Bad Name": "x"},
        {"email": "a\nb"},
        {f"fact_{number}": 1 for number in range(21)},
        {f"fact_{number}": "x" * 200 for number in range(20)},
    ],
)
def test_facts_that_do_not_fit_an_address_are_refused(link, facts):
    with pytest.raises(Invalid):
        sign_prefill(link, facts, in_an_hour())
