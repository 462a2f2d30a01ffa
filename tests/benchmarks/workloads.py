"""The work every system is given, and how long it lasts."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.benchmarks.websocket import BROWSER_EXTENSIONS

GENERATOR_TIMEOUT_S = 300


@dataclass(frozen=True)
class Shape:
    """Rooms of so many members; `window` frames are on the way in each."""

    rooms: int
    members: int
    window: int

    @property
    def name(self):
        return f"{self.rooms} × {self.members}"


PAIRS = Shape(50, 2, window=4)
GROUPS = Shape(5, 50, window=2)
HALL = Shape(1, 500, window=2)
TYPING = f"{PAIRS.name}, typing"
IDLE = "Idle sockets in rooms of two"
BROWSERS = "Idle sockets as browsers open them, after five texts each"
CROWD = "Idle sockets that ping every 20 s"
STORED = f"Messages stored in PostgreSQL, {PAIRS.name}"
ACCOUNTS = "A thousand accounts opened"


@dataclass(frozen=True)
class Effort:
    """How much of it: `make bench` or `make bench ARGS=--quick`."""

    rounds: int
    seconds: float
    paced_s: float
    shapes: tuple[Shape, ...]
    # Sockets in all, of which the first are not counted: see holding.WARM.
    idle: int
    browsers: int
    crowd: int
    typing: bool
    only_singles: bool

    @classmethod
    def quick(cls):
        return cls(
            rounds=1,
            seconds=1.0,
            paced_s=0.5,
            shapes=(PAIRS,),
            idle=800,
            browsers=0,
            crowd=0,
            typing=False,
            only_singles=True,
        )

    @classmethod
    def full(cls):
        return cls(
            rounds=3,
            seconds=2.5,
            paced_s=1.5,
            shapes=(PAIRS, GROUPS, HALL),
            idle=1400,
            browsers=1000,
            crowd=5000,
            typing=True,
            only_singles=False,
        )


def relay(system, shape, effort, *, kind="text"):
    """Pass frames on: text to everybody in the room, typing to everybody but the sender."""
    recipients = "all" if kind == "text" else "others"
    return _play(
        system,
        mode="relay",
        rooms=system.seats(shape.rooms, shape.members, recipients),
        recipients=recipients,
        kind=kind,
        window=shape.window,
        seconds=effort.seconds,
        paced_s=effort.paced_s,
    )


def hold(system, sockets, *, ping_every_s=0):
    """So many sockets in rooms of two that come in and stay."""
    options = {"storage": "keep"} if system.dialect == "doorbell" else {}
    rooms = system.seats(sockets // 2, 2, "all", **options)
    return _play(system, mode="hold", rooms=rooms, texts=0, ping_every_s=ping_every_s)


def hold_browsers(system, sockets):
    """The same for sockets that offer compression and have said and heard a few texts."""
    rooms = system.seats(sockets // 2, 2, "all")
    for seat in (seat for room in rooms for seat in room):
        seat["extensions"] = BROWSER_EXTENSIONS
    return _play(system, mode="hold", rooms=rooms, texts=5, ping_every_s=0)


def store(system, effort):
    """Messages to PostgreSQL from one sender in each of fifty rooms of two."""
    rooms = system.seats(PAIRS.rooms, PAIRS.members, storage="keep")
    return _play(system, mode="store", rooms=rooms, seconds=effort.seconds)


def _play(system, **plan):
    """Run the load generator on the plan and return what it saw."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.generator"],
        input=json.dumps({**plan, "dialect": system.dialect, "pids": system.pids}),
        capture_output=True,
        text=True,
        timeout=GENERATOR_TIMEOUT_S,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{system.name}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)
