"""Frames passed on in rooms: first as many as go, then half as many on a clock."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from tests.benchmarks.dialects import DIALECTS
from tests.benchmarks.loads.entering import enter_all
from tests.benchmarks.meters import Meter, percentiles_ms, subtract, wait_until_still

# Of the time that is measured then.
WARM_UP_SHARE = 0.4
TICK_S = 0.002
KEEP_UP_S = 0.05


class Room:
    """One sender, one watcher, the rest only counted. At most `window` frames are on the way."""

    def __init__(self, sockets, frame):
        self.sender, self.watcher = sockets[0], sockets[-1]
        self.sockets = sockets
        self.frame = frame
        self.sent_at = deque()
        self.times = []
        self.seen = self.lost = 0
        self.refill = False
        self.watcher.on_text = self._saw

    def send(self):
        self.sent_at.append(time.perf_counter())
        self.sender.send(self.frame)

    def restart_if_stuck(self, seen_before, window):
        """Frames lost on the way would stop a closed loop for good."""
        if self.refill and self.seen == seen_before:
            self.lost += len(self.sent_at)
            self.sent_at.clear()
            for _ in range(window):
                self.send()

    def _saw(self, text):
        if not self.sent_at:
            return
        self.seen += 1
        self.times.append(time.perf_counter() - self.sent_at.popleft())
        if self.refill:
            self.send()


class Load:
    def __init__(self, plan, rooms):
        self.plan, self.rooms = plan, rooms
        self.dialect = DIALECTS[plan["dialect"]]
        self.meter = Meter(plan["pids"])
        self.sockets = [socket for room in rooms for socket in room.sockets]

    def count(self):
        return sum(socket.frames for socket in self.sockets)

    def count_and_keep_up(self):
        self._keep_up()
        return self.count()

    async def saturate(self):
        """Keep `window` frames on the way in every room; return cost and rate."""
        for room in self.rooms:
            room.refill = True
            for _ in range(self.plan["window"]):
                room.send()
        await self._watch(self.plan["seconds"] * WARM_UP_SHARE)
        for room in self.rooms:
            room.times.clear()
        before, frames, sent = self.meter.read_cpu(), self.count(), self._seen()
        await self._watch(self.plan["seconds"])
        spent, frames = subtract(self.meter.read_cpu(), before), self.count() - frames
        times = [one for room in self.rooms for one in room.times]
        return {
            "frames": frames,
            "frames_per_s": frames / spent["wall"],
            "sends_per_s": (self._seen() - sent) / spent["wall"],
            "cpu_us": {k: v / frames * 1e6 for k, v in spent.items() if k != "wall"},
            **percentiles_ms(times),
        }

    async def pace(self, sends_per_s):
        """Send on a clock, the rooms in turn, whatever comes back; return the latencies."""
        await self._drain()
        for room in self.rooms:
            room.times.clear()
        start, sent = time.perf_counter(), 0
        before, frames = self.meter.read_cpu(), self.count()
        while (now := time.perf_counter() - start) < self.plan["paced_s"]:
            while sent < now * sends_per_s:
                self.rooms[sent % len(self.rooms)].send()
                sent += 1
            self._keep_up()
            await asyncio.sleep(TICK_S)
        spent, frames = subtract(self.meter.read_cpu(), before), self.count() - frames
        await wait_until_still(self.count_and_keep_up)
        del spent["wall"]
        cpu_us = sum(spent.values()) / max(frames, 1) * 1e6
        times = [one for room in self.rooms for one in room.times]
        return {"sends_per_s": sends_per_s, "cpu_us": cpu_us, **percentiles_ms(times)}

    def _seen(self):
        return sum(room.seen for room in self.rooms)

    async def _drain(self):
        for room in self.rooms:
            room.refill = False
        await wait_until_still(self.count_and_keep_up)
        for room in self.rooms:
            room.sent_at.clear()

    async def _watch(self, seconds):
        end = time.monotonic() + seconds
        seen, looked_at = [room.seen for room in self.rooms], time.monotonic()
        while time.monotonic() < end:
            await asyncio.sleep(KEEP_UP_S)
            self._keep_up()
            if time.monotonic() - looked_at > 1.0:
                for room, before in zip(self.rooms, seen, strict=True):
                    room.restart_if_stuck(before, self.plan["window"])
                seen, looked_at = [room.seen for room in self.rooms], time.monotonic()

    def _keep_up(self):
        for socket in self.sockets:
            self.dialect.keep_up(socket)


async def play(plan):
    dialect = DIALECTS[plan["dialect"]]
    frame = dialect.frame(plan["recipients"], plan["kind"])
    entered = await enter_all(plan)
    rooms = [
        Room(sockets, frame.replace(b"@room@", seats[0].get("room", "").encode()))
        for sockets, seats in zip(entered, plan["rooms"], strict=True)
    ]
    load = Load(plan, rooms)
    await wait_until_still(load.count)
    result = await load.saturate()
    result["half"] = await load.pace(result["sends_per_s"] / 2)
    result["lost"] = sum(room.lost for room in rooms)
    result["closed"] = [s.close_code for s in load.sockets if s.close_code is not None]
    result["frame_bytes"] = rooms[0].watcher.octets / max(rooms[0].watcher.frames, 1)
    return result
