"""Promise 4: a socket that stops reading hurts nobody but itself."""

from __future__ import annotations

import asyncio
import secrets
import socket
from uuid import uuid4

import psutil
import pytest

from tests.client import WireClient
from tests.faults.cast.checkers import find_strays
from tests.faults.cast.pace import compare_p99, measure_delays_s
from tests.faults.cast.visitor import knock
from tests.faults.conftest import LONG

# Nothing that could be compressed: what the network does not take shall weigh.
BODY = secrets.token_hex(2_000)
# More than a window (256 KiB) and an outbox together.
FRAMES = 1_500
# More than a window; too few for the outbox to overflow, so that time ends it (WS_STALL_S).
FEW_FRAMES = 90
COST_KIB = 2 * 1024
GIVEN_UP_WITHIN_S = 30
ROUNDS, SAMPLES = (5, 200) if LONG else (1, 50)


async def test_a_socket_that_stops_reading_is_closed_and_cheap(house, site, company):
    ann, bob = await company.gather(2, site, storage="none")
    await flood(ann, bob, 100)
    before = house.read_rss_kib(site)
    stuck = [await make_stuck(company, site) for _ in range(5 if LONG else 3)]
    costs_kib = []
    for _ in range(FRAMES // 50):
        await flood(ann, bob, 50)
        costs_kib.append((house.read_rss_kib(site) - before) / len(stuck))
    print(f"a stuck reader costs {max(costs_kib):.0f} KiB")
    assert max(costs_kib) <= COST_KIB
    await wait_cut(site, stuck)
    assert list(find_strays(company.history, ())) == []
    assert ann.connected and bob.connected


async def test_long_words_do_not_make_it_dearer(house, site, company):
    ann, bob = await company.gather(2, site, storage="none")
    words = "".join(chr(0x4E00 + secrets.randbelow(20_000)) for _ in range(8_000))
    await flood(ann, bob, 30, words)
    before = house.read_rss_kib(site)
    stuck = await make_stuck(company, site)
    costs_kib = []
    while is_served(site, stuck):
        await flood(ann, bob, 10, words)
        costs_kib.append(house.read_rss_kib(site) - before)
    print(f"a stuck reader of long words costs {max(costs_kib):.0f} KiB")
    assert max(costs_kib) <= COST_KIB


@pytest.mark.parametrize("frames", [FRAMES, FEW_FRAMES])
async def test_a_page_that_hangs_is_told_4001(site, company, frames):
    """The network takes what comes, but the page never pings."""
    ann, bob = await company.gather(2, site, storage="none")
    entry = await knock(site, company.shop["link"], "hung")
    async with await WireClient.open(site.ws_url, entry["resume"]) as hung:
        await hung.sync()
        stuck = await make_stuck(company, site)
        async with asyncio.timeout(GIVEN_UP_WITHIN_S):
            await flood(ann, bob, frames)
            assert await hung.wait_closed(None) == 4001
            await wait_cut(site, [stuck])
    assert hung.received < frames
    assert list(find_strays(company.history, ())) == []


async def test_the_others_go_on_beside_stuck_readers(site, company):
    ann, bob = await company.gather(2, site, storage="none")
    alone_s, beside_s = [], []
    for _ in range(ROUNDS):
        alone_s += await measure_delays_s(ann, bob, SAMPLES)
        stuck = [await make_stuck(company, site) for _ in range(5)]
        await flood(ann, bob, FEW_FRAMES)
        beside_s += await measure_delays_s(ann, bob, SAMPLES)
        assert all(is_served(site, client) for client in stuck)
        for client in stuck:
            client.socket.transport.abort()
            await client.close()
    print(f"beside 5 stuck readers: {compare_p99(alone_s, beside_s)}")
    assert list(find_strays(company.history, ())) == []


async def make_stuck(company, site):
    """A guest in the room who never takes a byte from the network any more."""
    entry = await knock(site, company.shop["link"], "stuck")
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", site.port))
    narrow.setblocking(False)
    client = await WireClient.open(site.ws_url, entry["resume"], sock=narrow)
    await client.sync()
    client.socket.transport.pause_reading()
    return client


def is_served(site, client):
    """Whether the server still holds the other end of this connection."""
    here = client.socket.transport.get_extra_info("sockname")
    held = psutil.Process(site.pid).net_connections("tcp")
    return any(connection.raddr == here for connection in held)


async def wait_cut(site, stuck):
    async with asyncio.timeout(GIVEN_UP_WITHIN_S):
        while any(is_served(site, client) for client in stuck):
            await asyncio.sleep(0.1)


async def flood(speaker, listener, count, body=BODY):
    """Say much; go on only as far as the listener, who reads, has heard."""
    until = listener.heard + count
    for n in range(count):
        await speaker.client.tell("message.post", client_id=str(uuid4()), body=body)
        if n % 10 == 9:
            await speaker.client.ping()
            await listener.client.ping()
    await listener.wait_until(lambda: listener.heard >= until, "every frame")
