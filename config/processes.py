"""The command lines of our processes, the same for `make run`, the tests and production."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

# Frames may have 64 KiB; a larger one must still reach us, to be refused in our own words.
WS_MAX_BYTES = 80 * 1024
# Daphne holds what we send to the same limit, and drops it in silence: see
# rooms/conversations/services/sync.py.
WS_MAX_REPLY_BYTES = 1024 * 1024
PING_S = 20
# WhiteNoise hands out files by synchronous iterators, of which Django warns once a process.
PYTHON = (sys.executable, "-W", "ignore:StreamingHttpResponse must consume synchronous iterators")

# Calls that ring have a worker of their own: what hangs or takes long elsewhere delays none.
CALLS = ("notify_fast", "notify_slow")
OTHERS = ("webhook", "maintenance")
QUEUES = (*CALLS, *OTHERS)
# Half of it is two: an account whose one endpoint hangs still has a place for its others.
OTHERS_AT_ONCE = 4


def daphne(host: str, port: int) -> list[str]:
    return [
        *(*PYTHON, "-m", "config.servers.daphne", "-b", host, "-p", str(port)),
        # The access log would carry link tokens.
        *("-v", "0", "--no-server-name", "--http-timeout", "60"),
        *("--ping-interval", str(PING_S), "--ping-timeout", str(PING_S)),
        *("--application-close-timeout", "5"),
        *("--websocket-max-frame-size", str(WS_MAX_BYTES)),
        *("--websocket-max-message-size", str(WS_MAX_REPLY_BYTES)),
        "config.asgi:application",
    ]


def uvicorn(host: str, port: int) -> list[str]:
    return [
        *(*PYTHON, "-m", "uvicorn", "--host", host, "--port", str(port)),
        *("--http", "config.servers.uvicorn:UvicornRequests"),
        *("--ws", "config.servers.uvicorn:UvicornProtocol", "--ws-max-size", str(WS_MAX_BYTES)),
        # What a browser's socket would take for compression alone is several times the rest.
        "--ws-per-message-deflate=false",
        *("--ws-ping-interval", str(PING_S), "--ws-ping-timeout", str(PING_S)),
        *("--timeout-graceful-shutdown", "10", "--lifespan", "off"),
        # Addresses behind proxies are counted by TRUSTED_PROXY_COUNT alone.
        *("--no-access-log", "--log-level", "warning", "--no-proxy-headers", "--no-server-header"),
        "config.asgi:application",
    ]


WEB_SERVERS = {"daphne": daphne, "uvicorn": uvicorn}


def worker(queues: Sequence[str] = QUEUES, concurrency: int | None = None) -> list[str]:
    """Return a worker for these queues; without a concurrency the environment says it."""
    # Its processes have to know their number, too.
    env = ["/usr/bin/env", f"WORKER_CONCURRENCY={concurrency}"] if concurrency else []
    # Celery warns about root because of pickle, which we do not accept.
    python = [*env, sys.executable, "-W", "ignore:You're running the worker with superuser"]
    celery = [*python, "-m", "celery", "--quiet", "-A", "config", "worker"]
    # Several on one machine need names of their own, or their heartbeats are taken for one's.
    name = f"{'-'.join(queues)}-{secrets.token_hex(3)}@%h"
    options = ["--queues", ",".join(queues), "--hostname", name]
    return [*celery, *options, "--loglevel", "WARNING", "--without-mingle"]


def beat(folder: Path) -> list[str]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "beat"]
    return [
        *celery,
        "--loglevel",
        "WARNING",
        "--pidfile=",
        "--schedule",
        str(folder / "beat-schedule"),
    ]


def main(arguments: list[str]) -> None:
    """Become web, worker or beat; `prepare` migrates first of all."""
    options = _parse(arguments)
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    commands: dict[str, Callable[[], list[str]]] = {
        "web": lambda: WEB_SERVERS[os.environ.get("ASGI_SERVER", "daphne")](host, port),
        "worker": lambda: worker(options.queues, options.concurrency),
        "beat": lambda: beat(Path(tempfile.gettempdir())),
        "prepare": lambda: [sys.executable, "manage.py", "prepare"],
    }
    command = commands[options.process]()
    os.execv(command[0], command)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m config.processes")
    processes = parser.add_subparsers(dest="process", required=True)
    for name in ("web", "beat", "prepare"):
        processes.add_parser(name)
    worker = processes.add_parser("worker")
    known = ",".join(QUEUES)
    worker.add_argument(
        "--queues", type=_read_queues, default=QUEUES, help=f"between commas, of {known} (all)"
    )
    worker.add_argument(
        "--concurrency", type=_read_count, help="tasks at once (WORKER_CONCURRENCY, else 2)"
    )
    return parser.parse_args(arguments)


def _read_queues(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in QUEUES]
    if unknown or not names:
        wrong = f"there is no queue {', '.join(unknown)}" if unknown else "name at least one"
        raise argparse.ArgumentTypeError(f"{wrong}; there are {', '.join(QUEUES)}")
    return names


def _read_count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number above zero, not {text!r}")
    return int(text)


if __name__ == "__main__":
    main(sys.argv[1:])
