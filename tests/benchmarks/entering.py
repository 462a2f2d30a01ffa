"""Brings a plan's sockets in, a few at a time."""

from __future__ import annotations

import asyncio

from tests.benchmarks.dialects import DIALECTS

AT_ONCE = 20


async def enter_all(plan, at_once=AT_ONCE):
    """Return the sockets, room by room, everybody in."""
    dialect = DIALECTS[plan["dialect"]]
    free = asyncio.Semaphore(at_once)

    async def enter(seat, name):
        async with free:
            return await dialect.enter(seat, name)

    rooms = []
    for seats in plan["rooms"]:
        rooms.append([asyncio.ensure_future(enter(seat, f"n{i}")) for i, seat in enumerate(seats)])
    return [list(await asyncio.gather(*room)) for room in rooms]
