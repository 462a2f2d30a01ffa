"""Medians over the rounds, the ratios the targets speak of, and how they are printed."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.workloads import GROUPS, PAIRS

# (what, shape, server, rival, at most)
TARGETS = (
    *((PAIRS, "daphne", "Socket.IO + Redis", 1.7), (PAIRS, "uvicorn", "Socket.IO + Redis", 0.9)),
    *((GROUPS, "daphne", "Socket.IO + Redis", 3.0), (GROUPS, "uvicorn", "Socket.IO + Redis", 1.1)),
    *((PAIRS, "daphne", "ejabberd", 0.75), (PAIRS, "uvicorn", "ejabberd", 0.4)),
    *((PAIRS, "daphne", "bare daphne", 1.6), (PAIRS, "uvicorn", "bare uvicorn", 2.2)),
    (PAIRS, "daphne", "Channels core daphne", 0.06),
    (PAIRS, "uvicorn", "Channels core uvicorn", 0.04),
)


def total_us(run):
    return sum(run["cpu_us"].values())


class Results:
    """Runs by workload and system: {workload: {system: [run, …]}}."""

    def __init__(self):
        self.runs = {}

    def add(self, workload, system, run):
        self.runs.setdefault(workload, {}).setdefault(system, []).append(run)

    def systems(self, workload):
        return self.runs.get(workload, {})

    def median(self, workload, system, read):
        """The median over the rounds of what `read` takes from a run, or None."""
        values = [read(run) for run in self.systems(workload).get(system, [])]
        values = [value for value in values if value is not None]
        return median(values) if values else None

    def ratio(self, workload, system, rival, read=total_us):
        """The median of the ratios of runs of the same round, or None."""
        ours = self.systems(workload).get(system, [])
        theirs = self.systems(workload).get(rival, [])
        ratios = [read(a) / read(b) for a, b in zip(ours, theirs, strict=False)]
        return median(ratios) if ratios else None


def print_relay(results, workload):
    systems = results.systems(workload)
    if not systems:
        return
    print(f"\nRelayed frames, {workload}")
    print(_row("", "CPU µs/frame", "server", "redis", "frames/s", "p50 ms", "p99 ms", "½: p99 ms"))
    for name in systems:
        read = lambda pick, name=name: results.median(workload, name, pick)  # noqa: E731
        print(
            _row(
                name,
                _number(read(total_us), 1),
                _number(read(lambda run: run["cpu_us"]["server"]), 1),
                _number(read(lambda run: run["cpu_us"].get("redis", 0.0)), 1),
                _number(read(lambda run: run["frames_per_s"]), 0),
                _number(read(lambda run: run["p50_ms"]), 2),
                _number(read(lambda run: run["p99_ms"]), 2),
                _number(read(lambda run: run["half"]["p99_ms"]), 2),
            )
            + _remarks(systems[name])
        )


def print_hold(results, workload):
    systems = results.systems(workload)
    if not systems:
        return
    print(f"\n{workload}")
    print(_row("", "KiB/socket", "redis KiB", "joins/s", "CPU ms/join", "of it PG", "µs/ping"))
    for name in systems:
        read = lambda pick, name=name: results.median(workload, name, pick)  # noqa: E731
        print(
            _row(
                name,
                _number(read(lambda run: run["kib_per_socket"]["server"]), 1),
                _number(read(lambda run: run["kib_per_socket"].get("redis")), 1),
                _number(read(lambda run: run["joins_per_s"]), 0),
                _number(read(lambda run: sum(run["cpu_ms_per_join"].values())), 2),
                _number(read(lambda run: run["cpu_ms_per_join"].get("postgres")), 2),
                _number(read(_ping_us), 0),
            )
            + _remarks(systems[name])
        )


def print_store(results, workload):
    systems = results.systems(workload)
    if not systems:
        return
    print(f"\n{workload}")
    print(_row("", "stored/s", "p50 ms", "p99 ms", "½: p99 ms", "CPU µs", "server", "PG", "redis"))
    for name in systems:
        read = lambda pick, name=name: results.median(workload, name, pick)  # noqa: E731
        print(
            _row(
                name,
                _number(read(lambda run: run["acknowledged_per_s"]), 0),
                _number(read(lambda run: run["p50_ms"]), 1),
                _number(read(lambda run: run["p99_ms"]), 1),
                _number(read(lambda run: run["half"]["p99_ms"]), 1),
                _number(read(total_us), 0),
                _number(read(lambda run: run["cpu_us"]["server"]), 0),
                _number(read(lambda run: run["cpu_us"]["postgres"]), 0),
                _number(read(lambda run: run["cpu_us"]["redis"]), 0),
            )
            + _remarks(systems[name])
        )


def print_targets(results):
    print("\nCPU per delivered frame against others, medians of the ratios in each round")
    for shape, server, rival, at_most in TARGETS:
        found = results.ratio(shape.name, f"Doorbell {server}", rival)
        if found is not None:
            verdict = "met" if found <= at_most else "MISSED"
            print(
                f"  {shape.name:8} {server:8} against {rival:24} {found:5.2f}"
                f"  (≤ {at_most}) {verdict}"
            )
    for server in ("daphne", "uvicorn"):
        found = results.ratio(PAIRS.name, f"Doorbell {server} ×2", f"Doorbell {server}")
        if found is not None:
            verdict = "met" if found <= 1.5 else "MISSED"
            print(
                f"  {PAIRS.name:8} {server:8} two processes against one    {found:5.2f}"
                f"  (≤ 1.5) {verdict}"
            )


def _ping_us(run):
    return total_us(run["pings"]) if "pings" in run else None


def _remarks(runs):
    lost, closed = sum(r.get("lost", 0) for r in runs), sum(bool(r.get("closed")) for r in runs)
    refused = sum(r.get("refused", 0) for r in runs)
    words = [(lost, "lost"), (closed, "runs with closed sockets"), (refused, "refused")]
    return "".join(f"  {count} {word}" for count, word in words if count)


def _row(name, *cells):
    return f"  {name:24}" + "".join(f"{cell:>14}" for cell in cells)


def _number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"
