"""Promise 6: a deploy is a short walk to another process."""

from __future__ import annotations

import asyncio
import signal

from tests.faults.cast.checkers import check_all, find_flicker, find_strays

GUESTS = 8
# What a drain may take before the server ends (signaling/sessions/runtime.py), and the way back.
BACK_WITHIN_S = 5 + 10


async def test_a_stopped_process_sends_everybody_to_another(house, site, other_site, company):
    guests = await company.gather(GUESTS, site, other_site)
    # A process that ends has no seat for those who come back: they find the other one.
    talking = asyncio.create_task(talk(guests))
    await house.end_web(site, signal.SIGTERM)
    for guest in guests:
        guest.sites = [other_site]
        await guest.wait_until(lambda g=guest: g.connected, "coming back", BACK_WITHIN_S)
    talking.cancel()
    for guest in guests:
        await guest.wait_until(lambda g=guest: not g.outbox, "acknowledgements")
    stored = await company.read_stored()
    for guest in guests:
        await guest.wait_until(lambda g=guest: g.head >= len(stored), "all messages")
    pauses = [note["retry_after_ms"] for note in company.notes("closing")]
    assert len(pauses) == GUESTS and len(set(pauses)) > 1, "not spread"
    assert list(find_strays(company.history, {4000})) == []
    assert check_all(company.history, stored) == []
    for guest in guests:
        assert list(find_flicker(guests[0].told, guest.entry["participant"])) == []


async def talk(guests):
    while True:
        for guest in guests:
            guest.write("on and on")
        await asyncio.sleep(0.2)
