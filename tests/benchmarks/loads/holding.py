"""Many sockets that come in and stay: what a join and an idle socket cost, what a ping costs."""

from __future__ import annotations

import asyncio
import time

from tests.benchmarks.dialects import DIALECTS
from tests.benchmarks.loads.entering import enter_all
from tests.benchmarks.meters import Meter, percentiles_ms, subtract, wait_until_still

# The first sockets pay for threads, database connections, caches and what the start left to be
# freed. From 200 on most grow evenly, ejabberd from 400 on; Node collects when it likes.
WARM = 400
MEMBERS = 2


async def play(plan):
    meter, pings = Meter(plan["pids"]), Pings(plan["ping_every_s"])
    base = meter.read_memory()
    warm, rest = plan["rooms"][: WARM // MEMBERS], plan["rooms"][WARM // MEMBERS :]
    sockets = await enter(plan, warm, pings)
    await talk(plan, sockets)
    memory, before = await meter.read_settled_memory(), meter.read_cpu()
    joined = await enter(plan, rest, pings)
    spent = subtract(meter.read_cpu(), before)
    await talk(plan, joined)
    grown = subtract(await meter.read_settled_memory(), memory)
    wall = spent.pop("wall")
    result = {
        "sockets": len(sockets + joined),
        "base_mib": {name: b / 1024**2 for name, b in base.items()},
        "joins_per_s": len(joined) / wall,
        "cpu_ms_per_join": {name: s / len(joined) * 1000 for name, s in spent.items()},
        "kib_per_socket": {name: b / len(joined) / 1024 for name, b in grown.items()},
    }
    if plan["ping_every_s"]:
        result["pings"] = await pings.measure(meter)
    result["closed"] = [s.close_code for s in sockets + joined if s.close_code is not None]
    return result


async def enter(plan, rooms, pings):
    return sum(await enter_all({**plan, "rooms": rooms}, pings.begin), [])


async def talk(plan, sockets):
    """Let every socket say something `texts` times; its room of two hears it."""
    frame = DIALECTS[plan["dialect"]].frame("all")
    for _ in range(plan["texts"]):
        for socket in sockets:
            socket.send(frame)
        await wait_until_still(lambda: sum(socket.frames for socket in sockets))


class Pings:
    """Every socket pings `every_s` after it came in, and so on, as clients do; never if 0."""

    def __init__(self, every_s):
        self.every_s = every_s
        self.times = []
        self.tasks = []

    def begin(self, socket):
        if self.every_s:
            self.tasks.append(asyncio.ensure_future(self._keep_pinging(socket)))

    async def measure(self, meter):
        """Over one period, once everybody present has pinged for a period."""
        await asyncio.sleep(self.every_s)
        self.times.clear()
        before = meter.read_cpu()
        await asyncio.sleep(self.every_s)
        spent, times = subtract(meter.read_cpu(), before), list(self.times)
        unanswered = sum(task.done() for task in self.tasks)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        wall = spent.pop("wall")
        return {
            "per_s": len(times) / wall,
            "cpu_us": {name: s / max(len(times), 1) * 1e6 for name, s in spent.items()},
            "unanswered": unanswered,
            **percentiles_ms(times),
        }

    async def _keep_pinging(self, socket):
        while True:
            await asyncio.sleep(self.every_s)
            frame = b'{"ref":9,"kind":"ping","data":{"received":%d}}' % socket.frames
            began = time.perf_counter()
            await socket.ask(frame, lambda got: b'"ref":9' in got[:40])
            self.times.append(time.perf_counter() - began)
