"""How late frames arrive in one visitor's room while something goes on beside it."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4


async def measure_delays_s(speaker, listener, count, pause_s=0.005):
    """Say something `count` times at a steady pace; return how long each took to arrive."""
    left_at, delays_s = {}, []
    hear = listener.client.on_event

    def note(frame):
        client_id = frame.get("data", {}).get("client_id")
        if client_id in left_at:
            delays_s.append(time.monotonic() - left_at.pop(client_id))
        hear(frame)

    listener.client.on_event = note
    for _ in range(count):
        client_id = str(uuid4())
        left_at[client_id] = time.monotonic()
        await speaker.client.tell("message.post", client_id=client_id, body="and so on")
        await asyncio.sleep(pause_s)
    await listener.wait_until(lambda: not left_at, "every frame")
    listener.client.on_event = hear
    return delays_s


def compare_p99(alone_s, beside_s):
    """Say in words how much later the slowest hundredth is."""
    alone_ms, beside_ms = (sorted(d)[len(d) * 99 // 100] * 1000 for d in (alone_s, beside_s))
    ratio = beside_ms / alone_ms
    return f"p99 {alone_ms:.2f} ms alone, {beside_ms:.2f} ms beside it: ratio {ratio:.2f}"
