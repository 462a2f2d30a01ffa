"""`python -m config.processes`: what a container is told to run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from config import processes
from config.celery import app
from tests.server import Child, point_to_test_database, wait_for

COMPOSE = settings.BASE_DIR / "deploy" / "compose.yaml"


def run(*arguments):
    command = [sys.executable, "-m", "config.processes", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--queues", "webhok"], "there is no queue webhok; there are notify_fast, notify_slow,"),
        (["--queues", "webhook;maintenance"], "there is no queue webhook;maintenance"),
        (["--queues", " , "], "name at least one"),
        (["--concurrency", "0"], "must be a whole number above zero, not '0'"),
        (["--concurrency", "two"], "must be a whole number above zero, not 'two'"),
    ],
)
def test_a_worker_of_unknown_queues_does_not_start(arguments, said):
    done = run("worker", *arguments)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_a_worker_serves_the_queues_it_is_told_under_a_name_of_its_own(transactional_db, tmp_path):
    env = os.environ | {"DATABASE_URL": point_to_test_database()}
    command = [sys.executable, "-m", "config.processes", "worker", "--concurrency", "1"]
    chosen = (["notify_slow", "notify_fast"], ["webhook"], ["webhook"])
    workers = [
        Child("worker", [*command, "--queues", ",".join(names)], env, tmp_path) for names in chosen
    ]
    for worker in workers:
        worker.start()
    wait_for(lambda: len(app.control.ping(timeout=0.5)) == len(workers), "three names")
    served = app.control.inspect().active_queues().values()
    found = sorted(sorted(queue["name"] for queue in queues) for queues in served)
    assert found == [["notify_fast", "notify_slow"], ["webhook"], ["webhook"]]
    stats = app.control.inspect().stats().values()
    assert {one["pool"]["max-concurrency"] for one in stats} == {1}
    for worker in workers:
        worker.end(signal.SIGTERM)


def test_the_compose_file_serves_every_queue_once_and_calls_apart():
    text = COMPOSE.read_text()
    queues = re.findall(r'command: \[worker, --queues, "([^"]+)"', text)
    assert [tuple(names.split(",")) for names in queues] == [processes.CALLS, processes.OTHERS]
    assert text.count("command: [beat]") == 1
