"""What the operating system says about processes, and what a list of times says."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import psutil

STILL_WITHIN_S = 5.0
SETTLED_BYTES = 64 * 1024
SCHEDULER_TELLS = Path("/proc/self/schedstat").exists()


class Meter:
    """CPU time and memory of named groups of processes, with all their children."""

    def __init__(self, groups):
        self.groups = {name: list(map(psutil.Process, pids)) for name, pids in groups.items()}

    def read_cpu(self):
        """Return {group: seconds} and, as "wall", the clock."""
        times = {name: sum(map(_cpu_s, members)) for name, members in self.groups.items()}
        return {**times, "wall": time.monotonic()}

    def read_memory(self):
        """Return {group: resident bytes}."""
        return {
            name: sum(one.memory_info().rss for one in members)
            for name, members in self.groups.items()
        }

    async def read_settled_memory(self):
        """Return the same once what is freed or written late is done with."""
        read = lambda: sum(self.read_memory().values())  # noqa: E731
        await wait_until_still(read, for_s=0.5, tolerance=SETTLED_BYTES)
        return self.read_memory()


def _cpu_s(process):
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += _read_cpu_s(one)
    return total


def _read_cpu_s(process):
    """The scheduler's own sums in nanoseconds; psutil's are hundredths of a second.

    Threads that ended are missing in it; servers keep theirs.
    """
    if not SCHEDULER_TELLS:
        return sum(process.cpu_times()[:2])
    total_ns = 0
    for thread in process.threads():
        with contextlib.suppress(OSError):
            path = Path(f"/proc/{process.pid}/task/{thread.id}/schedstat")
            total_ns += int(path.read_text().split()[0])
    return total_ns / 1e9


async def wait_until_still(read, for_s=0.25, tolerance=0):
    """Wait until the number that `read` gives stands still, at most for STILL_WITHIN_S."""
    deadline, value = time.monotonic() + STILL_WITHIN_S, read()
    while time.monotonic() < deadline:
        await asyncio.sleep(for_s)
        before, value = value, read()
        if abs(value - before) <= tolerance:
            return


def subtract(after, before):
    return {name: after[name] - before[name] for name in after}


def percentiles_ms(times_s):
    """Return p50 and p99 in milliseconds."""
    if not times_s:
        return {"p50_ms": None, "p99_ms": None}
    ordered = sorted(times_s)
    at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))]  # noqa: E731
    return {"p50_ms": round(at(0.5) * 1000, 2), "p99_ms": round(at(0.99) * 1000, 2)}
