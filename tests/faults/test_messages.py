"""Promise 1: what was acknowledged is stored once, in one order that everybody sees."""

from __future__ import annotations

import asyncio

from tests.faults.cast.checkers import check_all
from tests.faults.conftest import LONG

SENDERS = 4
TALKERS = 3  # have data channels to each other; the fourth has none
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


async def close_channels(talkers, dice):
    while True:
        await asyncio.sleep(dice.random() / 2)
        dice.choice(talkers).hang_up()


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


async def disturb(house, site, company, dice):
    """Strike while the guests write; sockets are cut and channels closed all the time."""
    guests = company.visitors
    talkers = guests[:TALKERS]
    nuisances = [
        asyncio.create_task(nuisance(who, dice))
        for nuisance, who in ((cut_sockets, guests), (close_channels, talkers))
    ]
    writing = [write_lines(guest, MESSAGES // SENDERS, dice) for guest in guests]
    await asyncio.gather(strike(house, site, company, dice), *writing)
    for nuisance in nuisances:
        nuisance.cancel()


async def test_no_acknowledged_message_is_lost_or_doubled(house, site, company, dice):
    guests = await company.gather(SENDERS, site, talkers=TALKERS)
    for talker in guests[:TALKERS]:
        connected = lambda t=talker: len(t.open_pairs) == TALKERS - 1  # noqa: E731
        await talker.wait_until(connected, "data channels")
    await disturb(house, site, company, dice)
    for guest in guests:
        await guest.wait_until(lambda guest=guest: not guest.outbox, "acknowledgements", 90)
    for guest in guests:
        await guest.wait_until(lambda guest=guest: guest.head >= MESSAGES, "all messages")
    stored = await company.read_stored()
    assert len(stored) == MESSAGES
    assert check_all(company.history, stored) == []
    heard, closed = len(company.notes("heard")), sum(t.hung_up for t in guests[:TALKERS])
    print(f"{heard} lines came by data channel first; {closed} channels were closed")
    assert heard and closed
