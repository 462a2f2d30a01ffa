"""How many sockets one address may open, and that the others are let in meanwhile.

The stories without a database prove by that alone that nothing is looked up.
"""

from __future__ import annotations

import asyncio

import pytest
import time_machine
from django.conf import settings as project
from websockets.exceptions import InvalidHandshake

from rooms.conversations.tickets import TicketClaims, new_connection, sign_resume, sign_ticket
from signaling.sessions.handshakes import HandshakeLimits, HandshakeRefused, let_in, show_out
from tests.client import WireClient
from tests.signaling.conftest import guest_pass

NOBODY = TicketClaims(account="a", connection="c", room="r", participant="p")


@pytest.fixture
def knock(settings):
    """knock(story): a coroutine function that is given `ring(token, address)`."""
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "handshake": "20/3600",
        "handshake_unsigned": "3/3600",
    }

    def run(story):
        async def play():
            limits = HandshakeLimits(project.REDIS_URL)

            async def ring(token, address="192.0.2.7", **more):
                return await open_door(limits, token, address, **more)

            try:
                return await story(ring)
            finally:
                await limits.close()

        return asyncio.run(play())

    return run


async def open_door(limits, token, address, forwarded=()):
    """The close code, or "in"."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    offered = ["doorbell.v1", f"ticket.{token}"]
    scope = {"subprotocols": offered, "client": [address, 5], "headers": headers}
    try:
        await let_in(scope, limits, asyncio.get_running_loop().time())
    except HandshakeRefused as refusal:
        return refusal.close_code
    return "in"


def test_a_flood_from_one_address_is_refused_and_others_come_in(knock):
    async def story(ring):
        ticket = sign_ticket(NOBODY)
        answers = [await ring(ticket) for _ in range(200)]
        assert answers == ["in"] * 20 + [4003] * 180
        assert await ring(ticket, "192.0.2.8") == "in"

    knock(story)


def test_nonsense_takes_nobodys_place_behind_the_same_address(knock):
    async def story(ring):
        answers = [await ring(f"nonsense{n}") for n in range(50)]
        assert answers == [4500] * 3 + [4003] * 47
        assert await ring(sign_ticket(NOBODY)) == await ring(sign_resume(NOBODY)) == "in"

    knock(story)


def test_a_ticket_of_yesterday_is_still_told_so_in_a_flood(knock):
    with time_machine.travel("2020-01-01"):
        old = sign_resume(NOBODY)

    async def story(ring):
        assert [await ring("nonsense") for _ in range(5)][-1] == 4003
        assert await ring(old) == 4500

    knock(story)


def test_a_network_of_ipv6_is_one_address(knock):
    async def story(ring):
        ticket = sign_ticket(NOBODY)
        answers = [await ring(ticket, f"2001:db8:0:1::{n:x}") for n in range(30)]
        assert answers.count("in") == 20
        assert await ring(ticket, "2001:db8:0:2::1") == "in"

    knock(story)


def test_behind_our_proxy_the_client_counts_and_what_it_claims_does_not(knock, settings):
    settings.TRUSTED_PROXY_COUNT = 1

    async def story(ring):
        for n in range(5):
            last = await ring("nonsense", "127.0.0.1", forwarded=[f"10.0.0.{n}, 192.0.2.7"])
        assert last == 4003
        assert await ring("nonsense", "127.0.0.1", forwarded=["192.0.2.8"]) == 4500

    knock(story)


def test_with_redis_away_everybody_comes_in(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"handshake": "1/3600"}

    async def story():
        limits = HandshakeLimits("redis://127.0.0.1:1/0")
        answers = [await open_door(limits, sign_ticket(NOBODY), "192.0.2.7") for _ in range(3)]
        await limits.close()
        assert answers == ["in"] * 3

    asyncio.run(story())


def test_a_refusal_says_when_to_come_back_and_picks_the_sub_protocol():
    sent = []

    async def send(message):
        sent.append(message)

    refusal = HandshakeRefused("crowded", 1500)
    asyncio.run(show_out({"subprotocols": ["doorbell.v1", "ticket.x"]}, send, refusal))

    accept, said, close = sent
    assert accept["subprotocol"] == "doorbell.v1"
    assert '"code":4003,"retry_after_ms":1500' in said["text"]
    assert close["code"] == 4003


# --- Over a running server


async def come_back(url, resume):
    """As docs/protocol.md tells clients; returns how often they were sent away."""
    away = 0
    while True:
        try:
            socket = await WireClient.open(url, resume)
        except InvalidHandshake:  # the server had no time for it within its own limit
            await asyncio.sleep(0.5)
            continue
        asking = asyncio.ensure_future(socket.sync())
        closing = asyncio.ensure_future(socket.wait_for("session.closing"))
        done, _ = await asyncio.wait([asking, closing], return_when=asyncio.FIRST_COMPLETED)
        if closing not in done:
            closing.cancel()
            assert asking.result()["self"]
            await socket.close()
            return away
        asking.cancel()
        assert await socket.wait_closed() == closing.result()["code"] == 4003
        away += 1
        await asyncio.sleep(closing.result()["retry_after_ms"] / 1000)


def test_all_sockets_of_an_office_come_back_after_a_restart(server, guest):
    site = server(env={"RATE_HANDSHAKE": "10/1"})
    claims = guest_pass(guest)
    office = [
        sign_resume(TicketClaims(claims.account, new_connection(), claims.room, claims.participant))
        for _ in range(60)
    ]

    async def story():
        async with asyncio.timeout(60):
            site.restart()
            return await asyncio.gather(*(come_back(site.ws_url, one) for one in office))

    assert max(asyncio.run(story())) >= 1
