"""`make run`: services, migrations, a first account, then web server, workers and beat."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import processes
from config.local.folder import LocalError, make_folder
from config.local.services import Services
from config.local.supervisor import run_processes
from config.settings.base import LOCAL_DIR

READY_TIMEOUT_S = 60

FIRST_START = """
  Doorbell runs at  {site}

  Sign in           {email}
  Password          {password}   (shown only now)
  Inbox             {site}/inbox
  Your direct link  {link}
                    open it in a private window and write to yourself
  API key           {key}
  E-mails           {mails}

  Ctrl-C stops everything; the data stays in .local/.
"""
NEXT_START = """
  Doorbell runs at  {site}   (inbox: {site}/inbox)
  E-mails           {mails}
  Lost the password? .venv/bin/python manage.py changepassword demo@example.com

  Ctrl-C stops everything; the data stays in .local/.
"""


class Command(BaseCommand):
    help = "Run everything on this machine; Ctrl-C stops it."
    # The database is not there yet.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            _stop_on_signals()
            _choose_server()
            _check_port(settings.HOST, settings.PORT)
            with _services():
                reason = self._run()
        except LocalError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            return
        if reason:
            raise CommandError(f"Stopped: {reason}")

    def _run(self) -> str:
        demo = _prepare()
        commands = {
            "web": _choose_server()(settings.HOST, settings.PORT),
            "calls-worker": processes.worker(processes.CALLS),
            "worker": processes.worker(processes.OTHERS, processes.OTHERS_AT_ONCE),
            "beat": processes.beat(LOCAL_DIR),
        }
        os.environ.setdefault("WORKER_SHUTDOWN_S", "3")
        return run_processes(commands, partial(self._announce, demo))

    def _announce(self, demo: dict[str, str] | None) -> None:
        if not _wait_until_ready(settings.HOST, settings.PORT):
            return
        text = FIRST_START if demo else NEXT_START
        mails = os.environ.get("EMAIL_URL", "").rpartition("@")[2] or f"{LOCAL_DIR}/mail/"
        self.stdout.write(text.format(site=settings.SITE_URL, mails=mails, **(demo or {})))
        self.stdout.flush()


def _stop_on_signals() -> None:
    """Let SIGTERM unwind like Ctrl-C until the supervisor takes both over."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)


@contextlib.contextmanager
def _services() -> Iterator[None]:
    """Have PostgreSQL and Redis: the environment's, or our own."""
    make_folder(LOCAL_DIR)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield
        return
    with Services(LOCAL_DIR) as services:
        os.environ.setdefault("DATABASE_URL", services.places.database_url)
        os.environ.setdefault("REDIS_URL", services.places.redis_url)
        try:
            yield
        finally:
            # From here on nothing may interrupt the orderly end.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _choose_server() -> Callable[[str, int], list[str]]:
    name = os.environ.get("ASGI_SERVER", "daphne")
    if name not in processes.WEB_SERVERS:
        raise LocalError(f"ASGI_SERVER must be daphne or uvicorn, not {name}.")
    return processes.WEB_SERVERS[name]


def _check_port(host: str, port: int) -> None:
    """Say so now if the port cannot be had. Raises LocalError."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LocalError(
            f"Port {port} on {host} cannot be used ({reason}); try: make run PORT={port + 1}"
        ) from None


def _prepare() -> dict[str, str] | None:
    """Migrate in a process of its own, which sees the services' addresses. Raises LocalError."""
    command = [sys.executable, "manage.py", "prepare", "--demo"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR)
    if done.returncode != 0:
        raise LocalError("The database could not be prepared; the reason is above.")
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else None


def _wait_until_ready(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    url = f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}/healthz"
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, headers={"Host": "localhost"}, trust_env=False).is_success:
                return True
        time.sleep(0.1)
    return False
