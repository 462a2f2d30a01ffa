"""The command lines of our processes, the same for `make run`, the tests and production."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# Frames may have 64 KiB; a larger one must still reach us, to be refused in our own words.
WS_MAX_BYTES = 80 * 1024
# Daphne holds what we send to the same limit, and drops it in silence: see rooms/services/sync.py.
WS_MAX_REPLY_BYTES = 1024 * 1024
PING_S = 20
# WhiteNoise hands out files by synchronous iterators, of which Django warns once a process.
PYTHON = (sys.executable, "-W", "ignore:StreamingHttpResponse must consume synchronous iterators")


def daphne(host: str, port: int) -> list[str]:
    return [
        *(*PYTHON, "-m", "config.web.daphne", "-b", host, "-p", str(port)),
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
        *("--ws", "config.web.uvicorn:LeanProtocol", "--ws-max-size", str(WS_MAX_BYTES)),
        # What a browser's socket would take for compression alone is several times the rest.
        "--ws-per-message-deflate=false",
        *("--ws-ping-interval", str(PING_S), "--ws-ping-timeout", str(PING_S)),
        *("--timeout-graceful-shutdown", "10", "--lifespan", "off"),
        # Addresses behind proxies are counted by TRUSTED_PROXY_COUNT alone.
        *("--no-access-log", "--log-level", "warning", "--no-proxy-headers", "--no-server-header"),
        "config.asgi:application",
    ]


WEB_SERVERS = {"daphne": daphne, "uvicorn": uvicorn}


def worker() -> list[str]:
    # Celery warns about root because of pickle, which we do not accept.
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser"]
    celery = [*python, "-m", "celery", "--quiet", "-A", "config", "worker"]
    return [*celery, "--concurrency", "2", "--loglevel", "WARNING", "--without-mingle"]


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


def main(name: str) -> None:
    """Become web, worker or beat; `prepare` migrates first of all."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    commands: dict[str, Callable[[], list[str]]] = {
        "web": lambda: WEB_SERVERS[os.environ.get("ASGI_SERVER", "daphne")](host, port),
        "worker": worker,
        "beat": lambda: beat(Path(tempfile.gettempdir())),
        "prepare": lambda: [sys.executable, "manage.py", "prepare"],
    }
    command = commands[name]()
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1])
