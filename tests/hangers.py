"""Servers of tenants that take a request and keep everybody waiting."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


class Hanger:
    """Takes every request at `url` and answers none until release(); then it answers all.

    `taken` and `ended` count the requests; with `drips` a byte of the answer comes now and then.
    """

    def __init__(self, drips=False):
        self.drips = drips
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/hook"
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.taken = self.ended = self.most_at_once = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def release(self):
        self.released.set()

    def close(self):
        self.release()
        self.socket.close()

    def _accept(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._keep, args=(line,), daemon=True).start()

    def _keep(self, line):
        with line:
            self._count(1, 0)
            try:
                self._talk(line)
            except OSError:
                pass
            finally:
                self._count(0, 1)

    def _talk(self, line):
        line.recv(65_536)
        line.settimeout(0.1)
        if self.drips:
            line.sendall(HEAD)
        while not self.released.is_set():
            if self.drips:
                line.sendall(b".")
            try:
                if not line.recv(1):
                    return
            except TimeoutError:
                continue
        if not self.drips:
            line.sendall(OK)

    def _count(self, taken, ended):
        with self.lock:
            self.taken += taken
            self.ended += ended
            self.most_at_once = max(self.most_at_once, self.taken - self.ended)


@contextmanager
def hang(count=1, **options):
    """So many servers that hang, until the end of the block."""
    hangers = [Hanger(**options) for _ in range(count)]
    try:
        yield hangers
    finally:
        for hanger in hangers:
            hanger.close()
