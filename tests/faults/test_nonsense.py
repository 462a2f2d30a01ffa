"""Promise 9: who talks nonsense is told so, then shown out; nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.client import CommandError, WireClient
from tests.faults.cast.checkers import check_all, find_strays
from tests.faults.cast.pace import compare_p99, measure_delays_s
from tests.faults.cast.visitor import knock
from tests.faults.conftest import LONG, SEED

FRAMES = 10_000 if LONG else 300
SAMPLES = 400 if LONG else 40
KINDS_OF_FRAME = [
    *("room.sync", "room.leave", "message.post", "message.read", "typing", "signal"),
    *("transport.report", "ping", "inbox.sync", "room.watch", "__class__", "read_forever", ""),
]
FIELDS = [
    *("room", "since", "before", "client_id", "body", "to", "seq", "delivered_seq", "client_ids"),
    *("on", "connection", "epoch", "description", "candidate", "path", "rtt_ms", "heads"),
    *("received", "cursor", "status", "type", "sdp", "__proto__"),
]
words = st.text(max_size=40) | st.sampled_from(KINDS_OF_FRAME + FIELDS)
numbers = st.integers() | st.floats() | st.booleans() | st.none()
values = st.recursive(
    words | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
commands = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS_OF_FRAME) | values},
    optional={
        "ref": values | st.integers(0, 99),
        "data": st.dictionaries(st.sampled_from(FIELDS), values, max_size=5) | values,
    },
)
frames = commands.map(json.dumps) | values.map(json.dumps) | st.text(max_size=200) | st.binary()


@functools.cache
def make_frames(count):
    """Frames as Hypothesis thinks of them; the same ones for the same seed."""
    made = []

    @seed(SEED)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(frames)
    def collect(frame):
        made.append(frame)

    collect()
    return made


async def test_made_up_frames_get_errors_and_the_room_lives_on(site, company):
    made = make_frames(FRAMES)  # takes its time, and nobody could ping meanwhile
    ann, bob = await company.gather(2, site)
    told, codes = set(), set()
    while made:
        entry = await knock(site, company.shop["link"], "eve")
        made, code = await rant(site, entry["resume"], made, told)
        codes.add(code)
        ann.write("we go on")
        await ann.wait_until(lambda: not ann.outbox, "acknowledgement")
    await bob.wait_until(lambda: bob.head == ann.head > 0, "Ann's lines")
    assert told <= KNOWN_REFUSALS and {"bad_frame", "bad_command", "unknown_command"} <= told
    assert codes <= {None, 4501}
    assert list(find_strays(company.history, ())) == []
    assert check_all(company.history, await company.read_stored()) == []


KNOWN_REFUSALS = {
    *("bad_frame", "bad_command", "unknown_command", "frame_too_large", "not_in_room"),
    *("rate_limited", "message_too_long", "client_id_reused"),
}


async def rant(site, token, made, told):
    """Send until all is said or the door is shown; returns what is left and the close code."""
    async with await WireClient.open(site.ws_url, token) as eve:
        eve.on_event = lambda frame: "error" in frame and told.add(frame["error"]["code"])
        await eve.sync()
        with contextlib.suppress(ConnectionClosed, ConnectionError):
            for n, frame in enumerate(made):
                await eve.socket.send(frame)
                if n % 100 == 99:
                    await breathe(eve)
            await breathe(eve)
            return [], None
        return made[n:], eve.socket.close_code


async def breathe(eve):
    """Ping, so that the errors keep coming; an answer may be to a made-up frame of that ref."""
    with contextlib.suppress(CommandError):
        await eve.ping()


async def test_descriptions_at_the_limit_pass_and_beyond_it_do_not(site, company):
    ann, bob = await company.gather(2, site)
    to = bob.entry["participant"]
    signals = []
    bob.client.on_event = lambda frame: frame.get("event") == "signal" and signals.append(frame)
    sdp = "v" * (48 * 1024)
    candidate = {"candidate": "c" * 2_048, "sdpMid": "0", "sdpMLineIndex": 0}
    await ann.client.tell("signal", to=to, description={"type": "offer", "sdp": sdp})
    await ann.client.tell("signal", to=to, candidate=candidate)
    await bob.wait_until(lambda: len(signals) == 2, "both signals")
    assert signals[0]["data"]["description"]["sdp"] == sdp
    assert signals[1]["data"]["candidate"] == candidate
    too_long = (
        {"description": {"type": "offer", "sdp": sdp + "v"}},
        {"candidate": {"candidate": "c" * 2_049}},
    )
    for more in too_long:
        await ann.client.tell("signal", to=to, **more)
    refused = lambda: [n["error"] for n in company.notes("refused")] == ["bad_command"] * 2  # noqa: E731
    await ann.wait_until(refused, "two refusals")
    assert ann.connected and len(signals) == 2


@pytest.fixture
def strict_site(house, kind):
    """A site that lets a client send as much as it does by default."""
    site = house.make_site(kind, WS_FRAMES_PER_S="50", WS_FRAMES_BURST="300")
    yield site
    house.stop_site(site)


async def test_a_flood_is_refused_then_shown_out(strict_site, company):
    ann, bob = await company.gather(2, strict_site)
    eve = (await knock(strict_site, company.shop["link"], "eve"))["resume"]
    assert await flood(strict_site, eve) == ({"rate_limited"}, 4501)
    async with await WireClient.open(strict_site.ws_url, eve) as again:
        assert await again.wait_closed() == 4501
    ann.write("what was that?")
    await bob.wait_until(lambda: bob.head == 1, "Ann's line")
    alone_s = await measure_delays_s(ann, bob, SAMPLES, pause_s=0.02)
    async with brawling(strict_site, eve):
        beside_s = await measure_delays_s(ann, bob, SAMPLES, pause_s=0.02)
    print(f"beside a flood: {compare_p99(alone_s, beside_s)}")
    assert list(find_strays(company.history, ())) == []


async def flood(site, token):
    """Say far too much at once; returns the refusals and the close code."""
    codes = set()
    async with asyncio.timeout(30), await WireClient.open(site.ws_url, token) as eve:
        eve.on_event = lambda frame: "error" in frame and codes.add(frame["error"]["code"])
        await eve.sync()
        with contextlib.suppress(ConnectionClosed, ConnectionError):
            for n in range(20_000):
                await eve.tell("typing")
                if n % 100 == 99:
                    await asyncio.sleep(0.01)  # this loop is also Ann's and Bob's
        return codes, await eve.wait_closed()


@contextlib.asynccontextmanager
async def brawling(site, token):
    """Meanwhile somebody floods the room, is shown out, and is back at once."""
    command = [sys.executable, "-m", "tests.faults.cast.brawler", site.ws_url, token]
    brawler = await asyncio.create_subprocess_exec(
        *command, cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE
    )
    try:
        codes = [await brawler.stdout.readline()]
        yield
    finally:
        brawler.kill()
        codes += (await brawler.stdout.read()).splitlines()
        await brawler.wait()
    print(f"shown out {len(codes)} times")
    assert {int(code) for code in codes} <= {4501, 1006}
