"""What is wanted, beside what was measured: medians over the rounds and their range."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.benchmarks.loads import provisioning
from tests.benchmarks.loads.storing import WANTED_PER_S
from tests.benchmarks.workloads import ACCOUNTS, BROWSERS, GROUPS, HALL, IDLE, PAIRS, STORED

SERVERS = ("daphne", "uvicorn")
# (shape, rival, at most on Daphne, at most on uvicorn)
RELAYED = (
    (PAIRS, "Socket.IO + Redis", 1.7, 0.9),
    (GROUPS, "Socket.IO + Redis", 3.0, 1.1),
    (PAIRS, "ejabberd", 0.75, 0.4),
    (PAIRS, "bare {server}", 1.6, 2.2),
    (PAIRS, "Channels core daphne", 0.06, 0.04),
    (PAIRS, "Channels core {server}", 0.06, 0.04),
)
STATEMENTS = "A join takes at most 3 statements, a message too: tests/signaling/test_statements.py"


def total_us(run):
    return sum(run["cpu_us"].values())


@dataclass(frozen=True)
class Target:
    """`values` has one figure a round; `sign` says on which side of `limit` they should lie."""

    what: str
    values: list[float]
    sign: str
    limit: float

    @property
    def is_met(self):
        found = median(self.values)
        return found <= self.limit if self.sign == "≤" else found >= self.limit

    def __str__(self):
        digits = 2 if self.limit < 10 else 0
        number = lambda value: f"{value:,.{digits}f}"  # noqa: E731
        spread = f"{number(min(self.values))} to {number(max(self.values))}"
        found, wanted = number(median(self.values)), f"{self.sign} {self.limit}"
        verdict = "met" if self.is_met else "MISSED"
        return f"  {self.what:68}{found:>8}  {spread:18}{wanted:>8}  {verdict}"


def print_targets(results):
    """Every target of which something was measured."""
    print("\nTargets: median of the rounds, lowest to highest of them, what is wanted")
    for target in list_targets(results):
        if target.values:
            print(target)
    print(f"  {STATEMENTS}")


def list_targets(results):
    for server in SERVERS:
        yield from list_relayed(results, server)
        yield from list_held(results, server)
        yield from list_stored(results, server)
    opened = results.ratios(ACCOUNTS, provisioning.DOORBELL, provisioning.EJABBERD, read_seconds)
    yield Target("seconds for 1,000 accounts against ejabberd's", opened, "≤", 1.0)


def list_relayed(results, server):
    ours = f"Doorbell {server}"
    for shape, rival, *limits in dict.fromkeys(name_rivals(server)):
        ratios = results.ratios(shape.name, ours, rival, total_us)
        limit = limits[SERVERS.index(server)]
        yield Target(f"{server}, CPU a frame, {shape.name}, against {rival}", ratios, "≤", limit)
    for shape in (PAIRS, GROUPS, HALL):
        ratios = results.ratios(shape.name, f"{ours} ×2", ours, total_us)
        yield Target(f"{server}, CPU a frame, {shape.name}, two processes", ratios, "≤", 1.5)


def name_rivals(server):
    return [(shape, rival.format(server=server), *limits) for shape, rival, *limits in RELAYED]


def list_held(results, server):
    ours, stock = f"Doorbell {server}", f"Channels core {server}"
    read = lambda run: run["kib_per_socket"]["server"]  # noqa: E731
    for workload, kind in ((IDLE, "an idle"), (BROWSERS, "a browser's")):
        ratios = results.ratios(workload, ours, stock, read)
        yield Target(f"{server}, KiB {kind} socket, against {stock}", ratios, "≤", 0.5)


def list_stored(results, server):
    read = lambda pick: results.values(STORED, f"Doorbell {server}", pick)  # noqa: E731
    stored = read(lambda run: run["acknowledged_per_s"])
    yield Target(f"{server}, messages stored a second", stored, "≥", WANTED_PER_S)
    p99 = read(lambda run: run["half"]["p99_ms"])
    yield Target(f"{server}, ms to acknowledgement at half that load, p99", p99, "≤", 50)


def read_seconds(run):
    return run["seconds"]
