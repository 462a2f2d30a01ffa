"""Doorbell against what people would pick instead: `make bench`, `make bench ARGS=--quick`.

Everything runs on loopback, on services of its own, and is gone afterwards; the figures
stay in .local/bench/. Other work on the machine changes frames/s and latencies; CPU time per
frame, compared within one run, it hardly changes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import django
import psutil
from django.core.management import call_command

from accounts.base.redis import get_redis
from config.local.services import Services
from tests.benchmarks import systems, tables, targets, workloads
from tests.benchmarks.loads import provisioning
from tests.benchmarks.workloads import ACCOUNTS, BROWSERS, CROWD, IDLE, STORED, TYPING

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ["DB_POOL_SIZE"] = "0"
FOLDER = Path(".local/bench")


def prepare(folder, services):
    """Make the schema; Redis keeps no log, as a broker of events does not."""
    os.environ["DATABASE_URL"] = services.places.database_url
    os.environ["REDIS_URL"] = services.places.redis_url
    os.environ["STATIC_ROOT"] = str(folder / "static")
    django.setup()
    get_redis().config_set("appendonly", "no")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


class Bench:
    """Every system in turn, round after round, so that a busy minute hits nobody alone."""

    def __init__(self, systems, effort, results):
        self.systems, self.effort, self.results = systems, effort, results

    def run_round(self, number):
        for system in self.systems:
            tell(f"Round {number} of {self.effort.rounds}: {system.name}")
            self.pass_on(system, typing=self.effort.typing and number == 1)
            # On fresh processes: what one freed before would hide what a socket takes.
            if system.is_single:
                self.play(IDLE, system, workloads.hold, self.effort.idle)
            if system.meets_browsers and self.effort.browsers:
                self.play(BROWSERS, system, workloads.hold_browsers, self.effort.browsers)

    def run_crowd(self):
        for system in self.systems:
            if self.effort.crowd and system.is_single and system.dialect == "doorbell":
                tell(f"{self.effort.crowd} sockets: {system.name}")
                self.play(CROWD, system, workloads.hold, self.effort.crowd, ping_every_s=20)

    def pass_on(self, system, *, typing):
        """`typing` takes the path of a text, so one round of it is enough."""
        with system.running():
            for shape in self.effort.shapes:
                run = workloads.relay(system, shape, self.effort)
                self.results.add(shape.name, system.name, run)
            if typing and system.spares_sender:
                run = workloads.relay(system, workloads.PAIRS, self.effort, kind="typing")
                self.results.add(TYPING, system.name, run)
            if system.dialect == "doorbell":
                self.results.add(STORED, system.name, workloads.store(system, self.effort))

    def play(self, workload, system, work, *args, **options):
        with system.running():
            self.results.add(workload, system.name, work(system, *args, **options))

    def open_accounts(self, openers):
        for system in openers:
            tell(f"{ACCOUNTS}: {system.name}")
            with system.running():
                for seconds in system.open_accounts(self.effort.rounds):
                    self.results.add(ACCOUNTS, system.name, {"seconds": seconds})


def tell(text):
    print(f"{datetime.now():%H:%M:%S}  {text}", file=sys.stderr, flush=True)


def choose_systems(systems, wanted, effort):
    """Return those to be measured; say why the others are not."""
    chosen = []
    for system in systems.values():
        if wanted and not any(word in system.name for word in wanted):
            continue
        if effort.only_singles and not system.is_single:
            continue
        if system.missing:
            print(f"Left out: {system.name}, {system.missing}")
            continue
        chosen.append(system)
    return chosen


def save(results, effort, target):
    machine = {"system": platform.platform(), "cores": psutil.cpu_count(), "load": os.getloadavg()}
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rounds": effort.rounds,
        "runs": results.runs,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False))


def show(results, effort):
    for workload in [*(shape.name for shape in effort.shapes), TYPING]:
        tables.print_table(results, workload, tables.RELAY, f"Relayed frames, {workload}")
    tables.print_table(results, IDLE, tables.HOLD)
    tables.print_table(results, BROWSERS, tables.HOLD)
    tables.print_table(results, CROWD, tables.CROWD)
    tables.print_table(results, STORED, tables.STORE)
    tables.print_table(results, ACCOUNTS, tables.ACCOUNTS)
    targets.print_targets(results)


def parse():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, less than 2 min")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--only", action="append", help="systems with this in their name")
    return parser.parse_args()


def measure(options, folder, services):
    """Play all rounds; what is known is saved after each, so that a stop loses little."""
    from tests.benchmarks.cast import Cast  # models, so only after django.setup()

    effort = workloads.Effort.quick() if options.quick else workloads.Effort.full()
    effort = replace(effort, rounds=options.rounds or effort.rounds)
    results = tables.Results()
    places = folder, services, Cast()
    made, openers = systems.make_systems(*places), provisioning.make_openers(*places)
    bench = Bench(choose_systems(made, options.only, effort), effort, results)
    target = FOLDER / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    for number in range(1, effort.rounds + 1):
        bench.run_round(number)
        save(results, effort, target)
    bench.run_crowd()
    bench.open_accounts(choose_systems(openers, options.only, effort))
    save(results, effort, target)
    show(results, effort)
    print(f"\nAll of it is in {target}.")


def main():
    options = parse()
    # Tidies up as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="doorbell-bench-", dir="/tmp"))
    try:
        with Services(folder / "services") as services:
            prepare(folder, services)
            measure(options, folder, services)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
