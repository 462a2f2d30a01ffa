"""What Prometheus is told of the live side is what happens there."""

from __future__ import annotations

import asyncio

import httpx
import pytest

PROMISED = [
    "sockets",
    "rooms",
    "frames_in_total",
    "frames_out_total",
    "publishes_failed_total",
    "resyncs_total",
    "outbox_overflows_total",
    "bridge_waiting",
    "database_requests_waiting",
    "call_age_seconds_count",
]


async def read_metrics(site):
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        text = (await client.get(f"{site.url}/metrics")).text
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("doorbell_")]
    return {series.removeprefix("doorbell_"): float(value) for series, value in lines}


@pytest.mark.parametrize("name", PROMISED)
def test_every_series_is_there_before_anything_happened(wire, live, name):
    async def story(stage):
        assert name in await read_metrics(live)

    wire(story)


def test_a_guest_counts_as_socket_room_and_frames(wire, live, guest):
    async def story(stage):
        before = await read_metrics(live)
        while before["sockets"]:  # those of an earlier test
            await asyncio.sleep(0.05)
            before = await read_metrics(live)
        ann = await stage.sit(guest)
        ben = await stage.sit(guest)
        await ann.tell("typing", on=True)
        await ben.wait_for("typing")
        after = await read_metrics(live)
        grown = {name: after[name] - before[name] for name in PROMISED}
        assert (grown["sockets"], grown["rooms"]) == (2, 1)
        # Two syncs and the typing came in; somebody heard of it.
        assert grown["frames_in_total"] == 3
        assert grown["frames_out_total"] >= 1

    wire(story)
