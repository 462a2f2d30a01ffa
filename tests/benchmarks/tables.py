"""The runs of all rounds, their medians and ratios, and how they are printed."""

from __future__ import annotations

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
    print(_row("", "KiB/socket", "redis KiB", "joins/s", "CPU ms/join", "of it PG", "base MiB"))
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
                _number(read(lambda run: run["base_mib"]["server"]), 0),
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


def print_crowd(results, workload):
    systems = results.systems(workload)
    if not systems:
        return
    print(f"\n{workload}")
    print(_row("", "sockets", "KiB/socket", "pings/s", "CPU µs/ping", "redis", "p50 ms", "p99 ms"))
    for name in systems:
        read = lambda pick, name=name: results.median(workload, name, pick)  # noqa: E731
        print(
            _row(
                name,
                _number(read(lambda run: run["sockets"]), 0),
                _number(read(lambda run: run["kib_per_socket"]["server"]), 1),
                _number(read(lambda run: run["pings"]["per_s"]), 0),
                _number(read(lambda run: total_us(run["pings"])), 0),
                _number(read(lambda run: run["pings"]["cpu_us"]["redis"]), 0),
                _number(read(lambda run: run["pings"]["p50_ms"]), 2),
                _number(read(lambda run: run["pings"]["p99_ms"]), 2),
            )
            + _remarks(systems[name])
        )


def print_accounts(results, workload):
    systems = results.systems(workload)
    if not systems:
        return
    print(f"\n{workload}")
    print(_row("", "seconds"))
    for name in systems:
        print(_row(name, _number(results.median(workload, name, lambda run: run["seconds"]), 2)))


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
