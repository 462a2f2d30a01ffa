"""Promise 1: what was acknowledged is stored once, in one order that everybody sees."""

from __future__ import annotations

import asyncio

from tests.faults.checkers import check_all
from tests.faults.conftest import LONG

SENDERS = 4
MESSAGES = 1_000 if LONG else 120
WEB_KILLS = 3 if LONG else 1


async def write_lines(visitor, count, dice):
    for n in range(count):
        visitor.write(f"{visitor.name}, line {n}", times=dice.randint(1, 3))
        await asyncio.sleep(dice.random() * 0.02)


async def cut_sockets(visitors, dice):
    while True:
        await asyncio.sleep(dice.random())
        dice.choice(visitors).cut()


async def strike(house, site, company, dice):
    """Every fault once or more, spread over the run by what has been acknowledged."""
    faults = [(house.kill_web, site)] * WEB_KILLS + [
        (house.empty_redis,),
        (house.restart_postgres,),
    ]
    dice.shuffle(faults)
    for n, (fault, *where) in enumerate(faults):
        while len(company.notes("acked")) < MESSAGES * n // len(faults):
            await asyncio.sleep(0.01)
        await fault(*where)


async def test_no_acknowledged_message_is_lost_or_doubled(house, site, company, dice):
    guests = await company.gather(SENDERS, site)
    cutting = asyncio.create_task(cut_sockets(guests, dice))
    writing = [write_lines(guest, MESSAGES // SENDERS, dice) for guest in guests]
    await asyncio.gather(strike(house, site, company, dice), *writing)
    cutting.cancel()
    for guest in guests:
        await guest.wait_until(lambda guest=guest: not guest.outbox, "acknowledgements", 90)
    for guest in guests:
        await guest.wait_until(lambda guest=guest: guest.head >= MESSAGES, "all messages")
    stored = await company.read_stored()
    assert len(stored) == MESSAGES
    assert check_all(company.history, stored) == []
