"""Real PostgreSQL and Redis as children of one process, on unix sockets, data in one folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from config.local import folder, privilege
from config.local.folder import (
    LocalError,
    ServiceAddresses,
    make_places,
    read_places,
    read_secret_key,
    read_vapid_key,
)
from config.local.servers import PostgresServer, RedisServer, find_postgres

__all__ = [
    "LocalError",
    "ServiceAddresses",
    "Services",
    "read_places",
    "read_secret_key",
    "read_vapid_key",
]

# sun_path holds 108 bytes; the longest name in it is ".s.PGSQL.5432.lock".
MAX_SOCKET_FOLDER_BYTES = 107 - len("/.s.PGSQL.5432.lock")


class Services:
    """Both servers of one folder. Only one process at a time may hold a folder.

    `fast` gives up durability: for tests.
    """

    def __init__(self, folder: Path, *, fast: bool = False) -> None:
        self.folder = folder
        self._lock: int | None = None
        self._made_sockets = False
        self.sockets = folder / "run"
        self.fast = fast

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def places(self) -> ServiceAddresses:
        return make_places(self.sockets)

    def start(self) -> None:
        """Start what was stopped, or what a crash left. Raises LocalError."""
        folder.make_folder(self.folder)
        self._take_lock()
        try:
            prepare = privilege.choose_preparation(find_postgres() / "postgres")
            self._make_sockets(apart=prepare is privilege.become_nobody)
            self.postgres = PostgresServer(
                self.folder, self.sockets, fast=self.fast, prepare=prepare
            )
            self.redis = RedisServer(self.folder, self.sockets, fast=self.fast)
            self.postgres.start()
            self.redis.start()
            folder.write_places(self.folder, self.places)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both and leave nothing but the data. Safe to call twice."""
        for server in ("redis", "postgres"):
            if hasattr(self, server):
                getattr(self, server).stop()
        if self._lock is None:
            return
        folder.forget_places(self.folder)
        if self._made_sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)
        os.close(self._lock)
        self._lock = None

    def _take_lock(self) -> None:
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._lock, 20).decode() or "unknown"
            os.close(self._lock)
            self._lock = None
            raise LocalError(
                f"Doorbell already runs in this folder (process {holder.strip()}); stop it first."
            ) from None
        os.ftruncate(self._lock, 0)
        os.write(self._lock, str(os.getpid()).encode())

    def _make_sockets(self, *, apart: bool) -> None:
        """Use the folder if its path is short enough for a socket, else a private temporary one.

        `apart`: the folder may lie where `nobody` cannot go.
        """
        note = self.folder / "sockets"
        with contextlib.suppress(OSError):
            # Left by a process that was killed.
            shutil.rmtree(note.read_text(), ignore_errors=True)
            note.unlink()
        if not apart and len(os.fsencode(self.sockets)) <= MAX_SOCKET_FOLDER_BYTES:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            return
        self.sockets = Path(tempfile.mkdtemp(prefix="doorbell-", dir="/tmp"))
        self._made_sockets = True
        note.write_text(str(self.sockets))
