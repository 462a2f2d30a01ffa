"""Brings a plan's sockets in, a few at a time."""

from __future__ import annotations

import asyncio

from tests.benchmarks.dialects import DIALECTS

AT_ONCE = 20


async def enter_all(plan, entered=lambda socket: None):
    """Return the sockets, room by room, everybody in; `entered` is told of each at once."""
    dialect = DIALECTS[plan["dialect"]]
    free = asyncio.Semaphore(AT_ONCE)

    async def enter(seat, name):
        async with free:
            socket = await dialect.enter(seat, name)
        entered(socket)
        return socket

    rooms = []
    for seats in plan["rooms"]:
        rooms.append([asyncio.ensure_future(enter(seat, f"n{i}")) for i, seat in enumerate(seats)])
    return [list(await asyncio.gather(*room)) for room in rooms]
