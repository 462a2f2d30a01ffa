"""A process that floods a room as fast as it can, and comes back soon when it is shown out.

python -m tests.faults.cast.brawler <address> <resume token>; prints each close code. It is a
process of its own, so that it slows the server and not those who measure.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

from websockets.exceptions import WebSocketException

from tests.client import CommandError, WireClient

BACK_AFTER_S = 0.25
GONE = (WebSocketException, CommandError, OSError)


async def brawl(address, token):
    while True:
        with contextlib.suppress(*GONE):
            async with await WireClient.open(address, token) as client:
                with contextlib.suppress(*GONE):
                    await flood(client)
                print(await client.wait_closed(), flush=True)
        await asyncio.sleep(BACK_AFTER_S)


async def flood(client):
    await client.sync()
    while True:
        await client.tell("typing")
        client.events.clear()
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(brawl(*sys.argv[1:]))
