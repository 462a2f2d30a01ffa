"""Promise 5: who is shown as here is here."""

from __future__ import annotations

import asyncio
import signal

from tests.faults.cast.checkers import find_flicker
from tests.faults.cast.house import GRACE_S, TTL_S

# What a busy machine may add to a bound.
SLACK_S = 5


def is_shown(viewer, person):
    return lambda: bool(viewer.people.get(person.entry["participant"]))


def is_gone(viewer, person):
    return lambda: viewer.people.get(person.entry["participant"]) == []


async def test_coming_and_leaving_is_shown_on_both_processes(site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    await ann.wait_until(is_shown(ann, bob), "Bob", 2 + SLACK_S)
    assert is_shown(bob, ann)()
    await bob.go()
    await ann.wait_until(is_gone(ann, bob), "Bob to be gone", GRACE_S + 2 + SLACK_S)


async def test_people_of_a_killed_process_are_gone_soon(house, site, other_site, company):
    ann = (await company.gather(1, other_site))[0]
    bob = await company.invite("bob", site)
    carl = await company.invite("carl", other_site)
    await ann.wait_until(is_shown(ann, bob), "Bob", 2 + SLACK_S)
    bob.sites = [site]
    await house.end_web(site, signal.SIGKILL)
    await ann.wait_until(is_gone(ann, bob), "Bob to be gone", TTL_S + 5 + SLACK_S)
    await house.start_web(site)
    await ann.wait_until(is_shown(ann, bob), "Bob again")
    await carl.wait_until(is_shown(carl, bob), "Bob again")
    assert list(find_flicker(ann.told, carl.entry["participant"])) == []


async def test_a_reload_does_not_flicker_on_either_process(site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    await ann.wait_until(is_shown(ann, bob), "Bob", 2 + SLACK_S)
    for _ in range(3):
        before = bob.snapshot
        bob.cut()
        await bob.wait_until(lambda old=before: bob.snapshot is not old, "coming back")
        assert bob.snapshot["self"] == before["self"]
    # Longer than the grace period, so that a late announcement would be heard.
    await asyncio.sleep(GRACE_S + 2)
    assert list(find_flicker(ann.told, bob.entry["participant"])) == []
    assert is_shown(ann, bob)()


async def test_nobody_haunts_the_room_afterwards(house, site, other_site, company):
    guests = await company.gather(3, site, other_site)
    viewer = await company.invite("viewer", other_site)
    for guest in guests:
        guest.cut()
        await guest.go()
    for guest in guests:
        await viewer.wait_until(is_gone(viewer, guest), "an empty room", TTL_S + 5 + SLACK_S)
    left = house.ask_redis("ZRANGE", f"presence:room:{company.room}", 0, -1)
    assert [entry for entry in left if viewer.entry["participant"].encode() not in entry] == []
