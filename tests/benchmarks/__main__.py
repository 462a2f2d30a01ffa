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
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import django
import psutil

from config.services import Services

FOLDER = Path(".local/bench")
IDLE = "Idle sockets in rooms of two"
CROWD = "Many idle sockets that ping every 20 s"
STORED = "Messages stored in PostgreSQL, 50 × 2"
TYPING = "50 × 2, typing"


def start_services(folder):
    """PostgreSQL as durable as in production; Redis without a log, as brokers of events are."""
    services = Services(folder / "services")
    services.start()
    os.environ["DATABASE_URL"] = services.places.database_url
    os.environ["REDIS_URL"] = services.places.redis_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ["DB_POOL_SIZE"] = "0"
    os.environ["STATIC_ROOT"] = str(folder / "static")
    django.setup()
    from django.core.management import call_command

    from accounts.redis import get_redis

    get_redis().config_set("appendonly", "no")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return services


class Bench:
    def __init__(self, systems, effort, results):
        self.systems, self.effort, self.results = systems, effort, results

    def run(self):
        for number in range(self.effort.rounds):
            for system in self.systems:
                tell(f"Round {number + 1} of {self.effort.rounds}: {system.name}")
                self.relay(system)
                if "×" not in system.name:
                    self.measure(system, IDLE, "hold", self.effort.idle)
                if system.dialect == "doorbell":
                    self.measure(system, STORED, "store")
        if self.effort.crowd:
            for system in self.systems[:2]:
                tell(f"{self.effort.crowd} sockets: {system.name}")
                self.measure(system, CROWD, "hold", self.effort.crowd)

    def relay(self, system):
        from tests.benchmarks import workloads

        system.start()
        try:
            for shape in self.effort.shapes:
                self.results.add(
                    shape.name, system.name, workloads.relay(system, shape, self.effort)
                )
            if system.spares_sender:
                run = workloads.relay(system, workloads.PAIRS, self.effort, kind="typing")
                self.results.add(TYPING, system.name, run)
        finally:
            system.stop()

    def measure(self, system, workload, name, *args):
        """A fresh process for what memory or the database's caches could blur."""
        from tests.benchmarks import workloads

        system.start()
        try:
            run = getattr(workloads, name)(system, *args, self.effort)
            self.results.add(workload, system.name, run)
        finally:
            system.stop()


def tell(text):
    print(f"{datetime.now():%H:%M:%S}  {text}", file=sys.stderr, flush=True)


def choose_systems(systems, wanted):
    """Return those to be measured; say why the others are not."""
    chosen = []
    for system in systems.values():
        if wanted and not any(word in system.name for word in wanted):
            continue
        if system.missing:
            print(f"Left out: {system.name}, {system.missing}")
            continue
        chosen.append(system)
    return chosen


def save(results, effort, began):
    FOLDER.mkdir(parents=True, exist_ok=True)
    machine = {"system": platform.platform(), "cores": psutil.cpu_count(), "load": os.getloadavg()}
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "took_s": round(time.monotonic() - began),
        "rounds": effort.rounds,
        "runs": results.runs,
    }
    target = FOLDER / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    print(f"\nAll of it is in {target}.")


def show(results, effort):
    from tests.benchmarks import tables

    for workload in [*(shape.name for shape in effort.shapes), TYPING]:
        tables.print_relay(results, workload)
    tables.print_hold(results, IDLE)
    tables.print_hold(results, CROWD)
    tables.print_store(results, STORED)
    tables.print_targets(results)


def parse():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, less than 2 min")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", help="systems with this in their name")
    return parser.parse_args()


def main():
    options, began = parse(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="doorbell-bench-", dir="/tmp"))
    services = start_services(folder)
    try:
        from tests.benchmarks import systems, tables, workloads
        from tests.benchmarks.cast import Cast

        quick = options.quick
        effort = workloads.Effort.quick() if quick else workloads.Effort.full(options.rounds)
        results = tables.Results()
        made = systems.make_systems(folder, services, Cast())
        Bench(choose_systems(made, options.only), effort, results).run()
        show(results, effort)
        save(results, effort, began)
    finally:
        services.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
