"""Promises 2 and 3: Redis or PostgreSQL away, pushes lost; everybody heals by themselves."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from tests.client import CommandError
from tests.faults.cast.checkers import check_all, find_strays
from tests.faults.cast.house import PING_S
from tests.faults.conftest import LONG

OUTAGE_S = 10 if LONG else 2
# A ping, the answer to it, the sync it leads to; on a machine that has other things to do.
HEALED_WITHIN_S = PING_S + 10


async def heal(visitors, head):
    """Wait until everybody shows everything; return how long that took."""
    since = time.monotonic()
    for visitor in visitors:
        await visitor.wait_until(lambda v=visitor: v.head >= head, "healing", HEALED_WITHIN_S)
    return time.monotonic() - since


async def settle(visitor):
    await visitor.wait_until(lambda: not visitor.outbox, "acknowledgement", HEALED_WITHIN_S)


async def test_redis_away_disconnects_nobody_and_loses_nothing(house, site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    await house.stop_redis()
    until = time.monotonic() + OUTAGE_S
    while time.monotonic() < until:
        ann.write("still here")
        await settle(ann)
    written = ann.head
    assert len(await company.read_stored()) == len(company.notes("acked"))
    await house.start_redis()
    print(f"healed after {await heal([ann, bob], written):.2f} s")
    await bob.wait_until(lambda: bob.resyncs, "session.resync", HEALED_WITHIN_S)
    bob.write("welcome back")
    await heal([ann, bob], written + 1)
    assert list(find_strays(company.history, ())) == []
    assert check_all(company.history, await company.read_stored()) == []


async def test_presence_survives_a_redis_that_forgot_everything(house, site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    await house.empty_redis()
    everybody = {visitor.entry["participant"] for visitor in (ann, bob)}
    for visitor in (ann, bob):
        await visitor.wait_until(lambda v=visitor: v.resyncs, "session.resync", HEALED_WITHIN_S)
    for visitor in (ann, bob):
        here = lambda v=visitor: {who for who, c in v.people.items() if c} == everybody  # noqa: E731
        await visitor.wait_until(here, "seeing everybody", HEALED_WITHIN_S)
    assert list(find_strays(company.history, ())) == []


async def test_postgres_away_is_said_and_nothing_is_acknowledged(house, site, company):
    ann, bob = await company.gather(2, site)
    ann.write("before")
    await settle(ann)
    await house.stop_postgres()
    with pytest.raises(CommandError, match="unavailable") as refusal:
        async with asyncio.timeout(3 + 2):  # 3 s are promised; 2 for a busy machine
            await ann.client.post("lost?")
    assert refusal.value.temporary
    for n in range(20):
        bob.write(f"into the void {n}")
    await asyncio.sleep(OUTAGE_S / 4)
    assert len(company.notes("acked")) == 1
    await house.start_postgres()
    await settle(bob)
    await heal([ann, bob], 21)
    assert list(find_strays(company.history, ())) == []
    assert check_all(company.history, await company.read_stored()) == []
    await assert_no_slot_lost(house, site)


async def test_the_first_request_after_a_postgres_restart_is_served(house, site, company):
    await company.gather(1, site)
    async with httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=20) as client:
        # As many connections as the pool takes, all of them broken a moment later.
        await asyncio.gather(*(client.get("/readyz") for _ in range(20)))
        await house.restart_postgres()
        assert (await client.get("/readyz")).status_code == 200


async def assert_no_slot_lost(house, site):
    """Sooner or later every connection is back in the pool and nobody waits for one."""
    async with asyncio.timeout(30):
        while True:
            now = await house.read_metrics(site)
            waiting = now["bridge_waiting"] + now["database_requests_waiting"]
            used = now["database_pool_size"] - now["database_pool_available"]
            # The reading itself holds one.
            if used <= 1 and not waiting:
                return
            await asyncio.sleep(0.1)


async def test_lost_pushes_are_healed_by_the_next_ping(house, kind, company):
    site = house.make_site(kind, HUB_DROP_PERCENT="10")
    try:
        ann, bob = await company.gather(2, site)
        count = 300 if LONG else 60
        for n in range(count):
            ann.write(f"line {n}")
        await settle(ann)
        print(f"healed after {await heal([ann, bob], count):.2f} s")
        assert check_all(company.history, await company.read_stored()) == []
    finally:
        house.stop_site(site)


async def test_killed_subscriptions_come_back(house, site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    for n in range(10 if LONG else 3):
        await kill_subscriptions(house, 2)
        ann.write(f"line {n}")
        await settle(ann)
        await heal([ann, bob], n + 1)
    await bob.wait_until(lambda: bob.resyncs and ann.resyncs, "session.resync")
    assert list(find_strays(company.history, ())) == []
    assert check_all(company.history, await company.read_stored()) == []


async def kill_subscriptions(house, count):
    """Cut all of them, once every process has its own again."""
    async with asyncio.timeout(HEALED_WITHIN_S):
        while len(house.ask_redis("CLIENT", "LIST", "TYPE", "pubsub").splitlines()) < count:
            await asyncio.sleep(0.05)
    assert house.ask_redis("CLIENT", "KILL", "TYPE", "pubsub") >= count
