"""Real processes of this project for tests: a web server and, if wanted, a worker and beat.

They see the database only after a commit: tests that use them take `transactional_db`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection

from config import processes
from config.celery import app as celery_app
from config.local.privilege import follow_parent

READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20
# Limits that are about strangers, not about a test that is in a hurry.
GENEROUS = {
    f"RATE_{name}": "100000/60" for name in ("JOIN", "PAGE", "API", "API_ANONYMOUS", "TICKET")
} | {
    "RATE_SIGNUP": "100000/3600",
    "RATE_HANDSHAKE": "100000/60",
    "RATE_HANDSHAKE_UNSIGNED": "100000/60",
}
for _scope in ("GUEST_LIMIT", "LINK_LIMIT", "LIMIT"):
    GENEROUS |= {
        f"{_scope}_{name}": "1000000000"
        for name in ("ROOMS_AN_HOUR", "MESSAGES_A_MINUTE", "UPLOAD_MIB_A_DAY", "SOCKETS")
    }
# Browsers that tests drive are suspicious.
GENEROUS["PROOF_MAX_NUMBER"] = "0"
GENEROUS |= {f"{_scope}_LIMIT_MESSAGES_A_DAY": "1000000000" for _scope in ("GUEST", "LINK")}


def find_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def point_to_test_database():
    """DATABASE_URL of the database that pytest-django made."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path="/" + connection.settings_dict["NAME"]))


def wait_for(condition, what, timeout_s=READY_TIMEOUT_S):
    """Return the first true value of condition(); fail after the time."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {timeout_s} s in vain for {what}")
        time.sleep(0.02)
    return value


class Child:
    """One process and its log."""

    def __init__(self, name, command, env, folder):
        self.name, self.command, self.env = name, command, env
        self.log = folder / f"{name}-{os.urandom(4).hex()}.log"
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: follow_parent(signal.SIGKILL),
            )

    def check_alive(self):
        assert self.process.poll() is None, f"{self.name} ended:\n{self.log.read_text()[-4000:]}"

    def end(self, number):
        """Send the signal, to the whole group if it is -9, and wait for the end."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


class ServerProcess:
    """A running site: `url`, `ws_url`, `pid`, `restart()`, `kill()`, `stop()`.

    `worker` is True for one of all queues, or names the queues of each.
    """

    def __init__(self, folder, *, kind="daphne", worker=False, beat=False, env=None, port=None):
        self.port = port or find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}/ws/"
        self.env = os.environ | GENEROUS
        self.env |= {"DATABASE_URL": point_to_test_database(), "PORT": str(self.port)}
        self.env["DB_POOL_SIZE"] = "20"
        self.env |= {"SITE_URL": self.url, "EMAIL_URL": f"file://{folder}/mail"} | (env or {})
        web = processes.WEB_SERVERS[kind]("127.0.0.1", self.port)
        self.web = Child("web", web, self.env, folder)
        self.others = []
        for queues in [processes.QUEUES] if worker is True else worker or ():
            self.others.append(Child("worker", processes.worker(queues), self.env, folder))
        if beat:
            self.others.append(Child("beat", processes.beat(folder), self.env, folder))

    @property
    def pid(self):
        return self.web.pid

    def start(self):
        for child in (self.web, *self.others):
            child.start()
        wait_for(self._is_healthy, "the web server")
        workers = sum(child.name == "worker" for child in self.others)
        if workers:
            wait_for(lambda: len(celery_app.control.ping(timeout=0.5)) >= workers, "the workers")
        return self

    def stop(self, number=signal.SIGTERM):
        for child in (self.web, *self.others):
            child.end(number)

    def kill(self):
        """End the web process as a crash would."""
        self.web.end(signal.SIGKILL)

    def restart(self, number=signal.SIGTERM):
        """End the web process with the signal and start it on the same port."""
        self.web.end(number)
        self.web.start()
        wait_for(self._is_healthy, "the web server")

    def read_log(self):
        return self.web.log.read_text()

    def _is_healthy(self):
        for child in (self.web, *self.others):
            child.check_alive()
        try:
            answer = httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False)
        except httpx.HTTPError:
            return False
        assert answer.is_success, f"/healthz says {answer.status_code}:\n{self.read_log()[-4000:]}"
        return True


@pytest.fixture
def server(transactional_db, tmp_path, static_files):
    """Make running sites: server(kind="uvicorn", worker=True, env={}); stopped at the end."""
    made = []

    def make(**options):
        made.append(ServerProcess(Path(tmp_path), **options))
        return made[-1].start()

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="session")
def live(django_db_setup, django_db_blocker, tmp_path_factory, static_files):
    """One Daphne for the whole session, for tests that need no server of their own.

    A test that uses it also takes `transactional_db`, or the process sees nothing.
    """
    with django_db_blocker.unblock():
        site = ServerProcess(tmp_path_factory.mktemp("live")).start()
    yield site
    site.stop()
