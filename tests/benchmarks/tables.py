"""The runs of all rounds, their medians and ratios, and how they are printed."""

from __future__ import annotations

from functools import reduce
from statistics import median

from tests.benchmarks.targets import total_us


class Results:
    """Runs by workload and system: {workload: {system: [run, …]}}."""

    def __init__(self):
        self.runs = {}

    def add(self, workload, system, run):
        self.runs.setdefault(workload, {}).setdefault(system, []).append(run)

    def systems(self, workload):
        return self.runs.get(workload, {})

    def values(self, workload, system, read):
        """What `read` takes from the runs, round by round."""
        found = [read(run) for run in self.systems(workload).get(system, [])]
        return [value for value in found if value is not None]

    def median(self, workload, system, read):
        values = self.values(workload, system, read)
        return median(values) if values else None

    def ratios(self, workload, system, rival, read):
        """Ours against theirs, round by round."""
        ours, theirs = (self.values(workload, name, read) for name in (system, rival))
        return [a / b for a, b in zip(ours, theirs, strict=False)]


# A table's columns: the head, where the figure stands in a run (or what works it out), its digits.
RELAY = (
    ("CPU µs/frame", total_us, 1),
    ("server", "cpu_us.server", 1),
    ("redis", lambda run: run["cpu_us"].get("redis", 0.0), 1),
    ("frames/s", "frames_per_s", 0),
    ("p50 ms", "p50_ms", 2),
    ("p99 ms", "p99_ms", 2),
    ("½: p99 ms", "half.p99_ms", 2),
)
HOLD = (
    ("KiB/socket", "kib_per_socket.server", 1),
    ("redis KiB", "kib_per_socket.redis", 1),
    ("joins/s", "joins_per_s", 0),
    ("CPU ms/join", lambda run: sum(run["cpu_ms_per_join"].values()), 2),
    ("of it PG", "cpu_ms_per_join.postgres", 2),
    ("base MiB", "base_mib.server", 0),
)
STORE = (
    ("stored/s", "acknowledged_per_s", 0),
    ("p50 ms", "p50_ms", 1),
    ("p99 ms", "p99_ms", 1),
    ("½: p99 ms", "half.p99_ms", 1),
    ("CPU µs", total_us, 0),
    ("server", "cpu_us.server", 0),
    ("PG", "cpu_us.postgres", 0),
    ("redis", "cpu_us.redis", 0),
)
CROWD = (
    ("sockets", "sockets", 0),
    ("KiB/socket", "kib_per_socket.server", 1),
    ("pings/s", "pings.per_s", 0),
    ("CPU µs/ping", lambda run: total_us(run["pings"]), 0),
    ("redis", "pings.cpu_us.redis", 0),
    ("p50 ms", "pings.p50_ms", 2),
    ("p99 ms", "pings.p99_ms", 2),
)
ACCOUNTS = (("seconds", "seconds", 2),)


def print_table(results, workload, columns, title=""):
    """Medians over the rounds, a line for each system that played the workload."""
    systems = results.systems(workload)
    if not systems:
        return
    print(f"\n{title or workload}")
    print(_row("", *(head for head, _, _ in columns)))
    for name, runs in systems.items():
        cells = [
            _number(results.median(workload, name, _reader(where)), digits)
            for _, where, digits in columns
        ]
        print(_row(name, *cells) + _remarks(runs))


def _reader(where):
    if callable(where):
        return where
    *path, last = where.split(".")
    return lambda run: reduce(lambda found, key: found[key], path, run).get(last)


def _remarks(runs):
    counts = {
        "lost": sum(run.get("lost", 0) for run in runs),
        "sockets closed": sum(len(run.get("closed", ())) for run in runs),
        "refused": sum(run.get("refused", 0) for run in runs),
        "pings unanswered": sum(run.get("pings", {}).get("unanswered", 0) for run in runs),
    }
    return "".join(f"  {count} {word}" for word, count in counts.items() if count)


def _row(name, *cells):
    return f"  {name:24}" + "".join(f"{cell:>14}" for cell in cells)


def _number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"
