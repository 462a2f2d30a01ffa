"""Messages that PostgreSQL keeps: as many as go, then half as many on a clock."""

from __future__ import annotations

import asyncio
import re
import time

from tests.benchmarks.dialects import BODY, compact
from tests.benchmarks.loads.entering import enter_all
from tests.benchmarks.meters import Meter, percentiles_ms, subtract, wait_until_still

# Of the time that is measured then.
WARM_UP_SHARE = 0.5
TICK_S = 0.002
# What a process should be able to store; the clock never asks for less than half of it.
WANTED_PER_S = 700
REF = re.compile(rb'"ref":(\d+)')


class Author:
    """One sender; knows when each unanswered message left."""

    def __init__(self, socket, number):
        self.socket = socket
        self.number = number
        self.sent_at = {}
        self.times = []
        self.acknowledged = self.refused = 0
        self.refill = False
        self._ref = 1
        socket.on_text = self._saw

    def post(self):
        self._ref += 1
        client_id = f"0d4e9a1f-5b0c-4c5d-{self.number:04x}-{self._ref:012x}"
        data = {"client_id": client_id, "body": BODY}
        self.sent_at[self._ref] = time.perf_counter()
        self.socket.send(compact({"ref": self._ref, "kind": "message.post", "data": data}))

    def _saw(self, text):
        found = REF.match(text, 1)
        if found is None:
            return
        sent_at = self.sent_at.pop(int(found[1]), None)
        if sent_at is None:
            return
        if b'"ok"' in text[:40]:
            self.acknowledged += 1
            self.times.append(time.perf_counter() - sent_at)
        else:
            self.refused += 1
        if self.refill:
            self.post()


async def play(plan):
    entered = await enter_all(plan)
    await wait_until_still(lambda: sum(s.frames for room in entered for s in room))
    authors = [Author(sockets[0], number) for number, sockets in enumerate(entered)]
    meter = Meter(plan["pids"])
    for author in authors:
        author.refill = True
        author.post()
    await asyncio.sleep(plan["seconds"] * WARM_UP_SHARE)
    result = await measure(meter, authors, asyncio.sleep(plan["seconds"]))
    for author in authors:
        author.refill = False
    await wait_until_still(lambda: sum(author.acknowledged for author in authors))
    half = max(result["acknowledged_per_s"], WANTED_PER_S) / 2
    paced = asyncio.ensure_future(pace(authors, half, plan["seconds"]))
    result["half"] = await measure(meter, authors, paced)
    result["refused"] = sum(author.refused for author in authors)
    return result


async def measure(meter, authors, work):
    """Return what the authors got done while the work went on, and its cost."""
    for author in authors:
        author.times.clear()
    before, done = meter.read_cpu(), sum(author.acknowledged for author in authors)
    await work
    spent = subtract(meter.read_cpu(), before)
    wall, done = spent.pop("wall"), sum(author.acknowledged for author in authors) - done
    return {
        "acknowledged_per_s": done / wall,
        "cpu_us": {name: s / max(done, 1) * 1e6 for name, s in spent.items()},
        **percentiles_ms([one for author in authors for one in author.times]),
    }


async def pace(authors, per_s, seconds):
    start, sent = time.perf_counter(), 0
    while (now := time.perf_counter() - start) < seconds:
        while sent < now * per_s:
            authors[sent % len(authors)].post()
            sent += 1
        await asyncio.sleep(TICK_S)
