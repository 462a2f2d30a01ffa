"""The load: reads a plan as JSON, plays it in a process of its own, prints what it saw.

python -m tests.benchmarks.generator < plan.json
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys

import uvloop

from tests.benchmarks.loads import holding, relaying, storing

MODES = {"relay": relaying.play, "hold": holding.play, "store": storing.play}


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    plan = json.load(sys.stdin)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(runner.run(MODES[plan["mode"]](plan)), sys.stdout)


if __name__ == "__main__":
    main()
