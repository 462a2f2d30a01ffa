"""Promise 8: coming and going leaves nothing behind."""

from __future__ import annotations

import asyncio
import time

from tests.client import WireClient
from tests.faults.cast.checkers import find_growth
from tests.faults.cast.house import TTL_S
from tests.faults.cast.visitor import knock
from tests.faults.conftest import LONG

CYCLES = 2_000 if LONG else 90
AT_ONCE = 10
SAMPLES = 9
# What a Python process gains by itself: much at first, little after some hundred visits.
RSS_NOISE_KIB = 1_500 if LONG else 6_000


async def test_two_thousand_visits_leave_nothing_behind(house, site, company):
    await company.gather(0)
    entries = [await knock(site, company.shop["link"], f"guest {n}") for n in range(AT_ONCE)]
    before = await settle(house, site)
    await come_and_go(site, entries, CYCLES // 4)
    rss_kib = []
    for _ in range(SAMPLES):
        await come_and_go(site, entries, CYCLES // SAMPLES)
        rss_kib.append(house.read_rss_kib(site))
    slope = (rss_kib[-1] - rss_kib[0]) / CYCLES * 1024
    print(f"{slope:.0f} bytes a visit; {rss_kib} KiB")
    assert list(find_growth(rss_kib, share=0.01, floor=RSS_NOISE_KIB)) == []
    await settle(house, site, before)


async def come_and_go(site, entries, count):
    """`count` visits, AT_ONCE at a time; half of them end without a word."""

    async def visit(entry, rounds):
        for n in range(rounds):
            client = await WireClient.open(site.ws_url, entry["resume"])
            await client.sync()
            await client.ping()
            if n % 2:
                client.socket.transport.abort()
            await client.close()

    await asyncio.gather(*(visit(entry, count // AT_ONCE + 1) for entry in entries))


async def settle(house, site, before=None):
    """Wait until everybody has gone and nothing is there that was not `before`; return what is."""
    give_up_at = time.monotonic() + TTL_S + 40
    while True:
        there = await look_around(house, site)
        visitors = {thing for thing in there if thing.startswith(("socket", "topic", "presence:"))}
        left = visitors if before is None else there - before
        if not left:
            return there
        assert time.monotonic() < give_up_at, left
        await asyncio.sleep(0.1)


async def look_around(house, site):
    metrics = await house.read_metrics(site)
    in_use = metrics["database_pool_size"] - metrics["database_pool_available"]
    counts = {"socket": metrics["sockets"], "topic": metrics["topics"], "connection": in_use}
    there = {f"{what} {n}" for what, count in counts.items() for n in range(int(count))}
    for command in (("KEYS", "*"), ("PUBSUB", "CHANNELS")):
        there |= {name.decode() for name in house.ask_redis(*command)}
    # The one for orders between processes stays from the first socket on.
    return there - {"control"}
