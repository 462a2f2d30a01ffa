"""How long a request may take to come in, on every server of ours.

What is slower ties up a connection and is cut, whether it means to or not: headers that never
end, bodies of a byte a second, connections that say nothing at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from config import env

HEADERS_S = env.read_int("HEADERS_TIMEOUT_S", 15, minimum=1)
BODY_S = env.read_int("BODY_TIMEOUT_S", 30, minimum=1)
# Each second more has to be earned; ten mebibytes over the slowest of phones take 40 minutes.
BODY_BYTES_PER_S = 4096
# So long what comes after a refusal is thrown away; closing at once would lose the answer.
LINGER_S = 5


class Patience:
    """Cuts one connection when its request takes too long; rests while it is answered."""

    __slots__ = ("_cut", "_is_lingering", "_loop", "_received", "_since", "_timer")

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._since: float | None = None
        self._received = 0
        self._is_lingering = False

    def await_headers(self) -> None:
        """Start HEADERS_S; a repeat while they come gives no second more."""
        if self._timer is None and not self._is_lingering:
            self._timer = self._loop.call_later(HEADERS_S, self._cut)

    def await_body(self) -> None:
        """Start BODY_S, and a second more for every BODY_BYTES_PER_S that come."""
        if self._since is None and not self._is_lingering:
            self.rest()
            self._since, self._received = self._loop.time(), 0
            self._watch_body()

    def count(self, size_bytes: int) -> None:
        self._received += size_bytes

    def rest(self) -> None:
        """The request is whole, or nobody has begun the next one."""
        if self._timer is not None and not self._is_lingering:
            self._timer.cancel()
            self._timer = None
        self._since = None

    def linger(self) -> None:
        """A refusal was said: whatever still comes, the end is near."""
        self.end()
        self._is_lingering = True
        self._timer = self._loop.call_later(LINGER_S, self._cut)

    def end(self) -> None:
        """The connection is gone, or somebody else's."""
        self._is_lingering = False
        self.rest()

    def _watch_body(self) -> None:
        assert self._since is not None
        due = self._since + BODY_S + self._received / BODY_BYTES_PER_S
        if due <= self._loop.time():
            self._cut()
        else:
            self._timer = self._loop.call_at(due, self._watch_body)
