"""Many sockets that come in and then do nothing but ping."""

from __future__ import annotations

import asyncio
import random
import time

from tests.benchmarks.entering import enter_all
from tests.benchmarks.meters import Meter, percentiles_ms, subtract

SETTLE_S = 3.0


async def play(plan):
    meter = Meter(plan["pids"])
    warm = {**plan, "rooms": plan["rooms"][:2]}
    rest = {**plan, "rooms": plan["rooms"][2:]}
    sockets = sum(await enter_all(warm), [])
    await asyncio.sleep(SETTLE_S)
    memory, before = meter.read_memory(), meter.read_cpu()
    joined = sum(await enter_all(rest), [])
    spent = subtract(meter.read_cpu(), before)
    await asyncio.sleep(SETTLE_S)
    grown = subtract(meter.read_memory(), memory)
    wall = spent.pop("wall")
    result = {
        "sockets": len(joined),
        "joins_per_s": len(joined) / wall,
        "cpu_ms_per_join": {name: s / len(joined) * 1000 for name, s in spent.items()},
        "kib_per_socket": {name: b / len(joined) / 1024 for name, b in grown.items()},
    }
    if plan["ping_every_s"]:
        result["pings"] = await ping_for_a_while(plan, meter, sockets + joined)
    result["closed"] = sum(s.close_code is not None for s in sockets + joined)
    return result


async def ping_for_a_while(plan, meter, sockets):
    """Every socket pings once per `ping_every_s`, at a moment of its own."""
    times = []
    seconds, every_s = plan["seconds"], plan["ping_every_s"]

    async def ping(socket):
        await asyncio.sleep(random.random() * every_s)
        frame = b'{"ref":9,"kind":"ping","data":{"received":%d}}' % socket.frames
        began = time.perf_counter()
        await socket.ask(frame, lambda got: b'"ref":9' in got[:40])
        times.append(time.perf_counter() - began)

    tasks = [asyncio.ensure_future(ping(socket)) for socket in sockets]
    await asyncio.sleep(1.0)
    before, count = meter.read_cpu(), len(times)
    await asyncio.sleep(seconds)
    spent, count = subtract(meter.read_cpu(), before), len(times) - count
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    wall = spent.pop("wall")
    return {
        "per_s": count / wall,
        "cpu_us": {name: s / max(count, 1) * 1e6 for name, s in spent.items()},
        **percentiles_ms(times),
    }
