"""`make run`, started for real in a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import psutil
import pytest
from django.conf import settings

from config.local.services import Services
from tests.server import find_free_port, wait_for

GIVEN = ("DATABASE_URL", "REDIS_URL", "STATIC_ROOT", "MEDIA_ROOT", "DJANGO_SETTINGS_MODULE")


class Up:
    """One start of `manage.py up`; `text` is what the terminal shows."""

    def __init__(self, folder, output, **env):
        self.port = int(env.get("PORT") or find_free_port())
        self.url = f"http://localhost:{self.port}"
        kept = {name: value for name, value in os.environ.items() if name not in GIVEN}
        self.output = output
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=settings.BASE_DIR,
                env=kept | {"LOCAL_DIR": str(folder), "PORT": str(self.port)} | env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self):
        return self.output.read_text()

    @property
    def last_line(self):
        return self.text.strip().splitlines()[-1]

    def wait_until_it_runs(self):
        def told_or_ended():
            assert self.process.poll() is None, self.text
            return "Ctrl-C" in self.text

        wait_for(told_or_ended, "the start", 90)
        return self

    def family(self):
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def end(self, number=signal.SIGTERM):
        """Send the signal and return the exit code and who outlived it."""
        family = self.family()
        self.process.send_signal(number)
        code = self.process.wait(40)
        _, alive = psutil.wait_procs(family, timeout=15)
        return code, alive


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A folder in which it may have run before, and may have ended badly."""
    return tmp_path_factory.mktemp("lived-in") / "local"


@pytest.fixture(scope="module")
def running(tmp_path_factory, lived_in):
    """One that runs, for all who only look at it."""
    one = Up(lived_in, tmp_path_factory.mktemp("running") / "output").wait_until_it_runs()
    yield one
    if one.process.poll() is None:
        one.end()


@pytest.fixture
def up(tmp_path, lived_in):
    """Start it: up(PORT=…); every start is in the same folder, unless another one is named."""
    started = []

    def start(folder=lived_in, **env):
        started.append(Up(folder, tmp_path / f"output-{len(started)}", **env))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()


def sign_in(up, password):
    with httpx.Client(base_url=up.url, timeout=30) as browser:
        browser.get("/accounts/login/")
        form = {"login": "demo@example.com", "password": password}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        answer = browser.post("/accounts/login/", data=form, headers={"Referer": up.url})
        return answer.headers.get("location")


def test_a_second_start_finds_everything_again_and_nothing_is_left_after_either(up, tmp_path):
    folder = tmp_path / "local"
    first = up(folder).wait_until_it_runs()
    password = re.search(r"Password +(\S+)", first.text)[1]
    link = re.search(r"/c/\w+", first.text)[0]
    assert sign_in(first, password) == "/inbox"
    assert first.end(signal.SIGTERM) == (0, [])

    second = up(folder, PORT=str(first.port), ASGI_SERVER="uvicorn").wait_until_it_runs()
    assert password not in second.text
    assert httpx.get(second.url + link, timeout=30).status_code == 200
    assert sign_in(second, password) == "/inbox"
    assert second.end(signal.SIGINT) == (0, [])
    assert not list((folder / "run").iterdir())


def test_when_one_dies_all_stop_and_the_reason_is_said_last(up):
    one = up().wait_until_it_runs()
    family = one.family()
    worker = next(p for p in family if "worker" in p.cmdline() and "-A" in p.cmdline())
    worker.kill()
    assert one.process.wait(40) != 0
    assert "worker was ended by SIGKILL" in one.last_line
    assert psutil.wait_procs(family, timeout=15)[1] == []


def test_calls_have_a_worker_of_their_own_and_there_is_one_clock(running):
    lines = [process.cmdline() for process in running.family()]
    celery = [line[line.index("celery") :] for line in lines if "celery" in line]
    workers = {line[line.index("--queues") + 1] for line in celery if "--queues" in line}
    assert workers == {"notify_fast,notify_slow", "webhook,maintenance"}
    assert sum("beat" in line for line in celery) == 1


def test_a_taken_port_is_one_sentence(up):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = up(PORT=str(taken.getsockname()[1]))
        assert one.process.wait(30) == 1
    assert re.fullmatch(r"CommandError: Port \d+ on 127.0.0.1 cannot be used .*", one.text.strip())


def test_a_second_start_beside_the_first_is_one_sentence(running, up):
    second = up()
    assert second.process.wait(30) == 1
    assert "already runs in this folder" in second.text
    assert len(second.text.strip().splitlines()) == 1


def test_nothing_is_left_after_kill_9_and_the_next_start_works(running, up):
    """Ends what the tests above share."""
    _, alive = running.end(signal.SIGKILL)
    assert alive == []
    up().wait_until_it_runs()


def test_a_folder_that_cannot_be_made_is_one_sentence(up, tmp_path):
    (tmp_path / "file").write_text("")
    one = up(folder=tmp_path / "file" / "local")
    assert one.process.wait(30) == 1
    assert one.text.startswith("LocalError: Cannot write to")
    assert len(one.text.strip().splitlines()) == 1


def test_a_clone_with_a_long_path_leaves_no_temporary_folder(tmp_path):
    folder = tmp_path / ("deep" * 30)
    with Services(folder, fast=True) as services:
        sockets = services.sockets
        assert services.postgres._answers()
        assert sockets.stat().st_mode & 0o077 == 0
    assert not sockets.exists()
