"""Promise 4: a socket that stops reading hurts nobody but itself."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from tests.client import WireClient
from tests.faults.checkers import find_strays
from tests.faults.conftest import LONG
from tests.faults.visitor import knock

# More than a window (256 KiB), an outbox (256 frames) and the kernel's buffers together.
FRAMES = 1_500
BODY = "x" * 4_000
COST_KIB = 2 * 1024
GIVEN_UP_WITHIN_S = 30


async def test_a_socket_that_stops_reading_is_closed_and_cheap(house, site, company):
    ann, bob = await company.gather(2, site, storage="none")
    await flood(ann, bob, 100)
    before, overflows = house.read_rss_kib(site), await count_overflows(house, site)
    stuck = [await make_stuck(company, site, n) for n in range(5 if LONG else 3)]
    await flood(ann, bob, FRAMES)
    async with asyncio.timeout(GIVEN_UP_WITHIN_S):
        while await count_overflows(house, site) < overflows + len(stuck):
            await asyncio.sleep(0.1)
    cost_kib = (house.read_rss_kib(site) - before) / len(stuck)
    print(f"a stuck reader costs {cost_kib:.0f} KiB")
    assert cost_kib <= COST_KIB
    assert list(find_strays(company.history, ())) == []
    assert ann.connected and bob.connected


async def count_overflows(house, site):
    return (await house.read_metrics(site))["outbox_overflows_total"]


async def make_stuck(company, site, number):
    """A guest in the room who never takes a byte from the network any more."""
    entry = await knock(site, company.shop["link"], f"stuck {number}")
    client = await WireClient.open(site.ws_url, entry["resume"])
    await client.sync()
    client.socket.transport.pause_reading()
    return client


async def flood(speaker, listener, count):
    """Say much; go on only as far as the listener, who reads, has heard."""
    until = listener.heard + count
    for n in range(count):
        await speaker.client.tell("message.post", client_id=str(uuid4()), body=BODY)
        if n % 50 == 49:
            await speaker.client.ping()
            await listener.client.ping()
    await listener.wait_until(lambda: listener.heard >= until, "every frame")
