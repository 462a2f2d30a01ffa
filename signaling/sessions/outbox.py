"""One socket's way out: bounded, with one writer, never ahead of a client that does not read."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from django.conf import settings

from rooms.base import close_codes

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]

CLOSE_S = 5.0
# What may wait for one client; with the window (up to 3 bytes a character) it makes 2 MiB.
MAX_WAITING_BYTES = 1024 * 1024


class Outbox:
    """Hands frames to the ASGI server and knows how far ahead of the client it runs.

    Daphne buffers without limit for a client that does not read, so at most
    WS_WINDOW_BYTES leave between two signs of life (see `acknowledge`). What does not fit
    waits here, at most WS_OUTBOX_FRAMES or MAX_WAITING_BYTES of it; beyond that the socket is
    closed with 4001, as it is after WS_STALL_S without progress.
    """

    __slots__ = (
        "_ahead",
        "_busy",
        "_closed",
        "_mark",
        "_max_frames",
        "_on_close",
        "_queue",
        "_send",
        "_stall",
        "_waiting_bytes",
        "_window",
        "frames_sent",
        "held",
        "overflowed",
    )

    def __init__(self, send: Send, on_close: Callable[[], None]) -> None:
        self._send = send
        self._on_close = on_close
        # Short, and nearly always empty: an empty deque would take 700 bytes.
        self._queue: list[str] = []
        self._window = settings.WS_WINDOW_BYTES
        self._max_frames = settings.WS_OUTBOX_FRAMES
        self._ahead = 0
        self._mark = 0
        self._waiting_bytes = 0
        self._busy = False
        self._closed = False
        self._stall: asyncio.TimerHandle | None = None
        self.frames_sent = 0
        # While held, events wait so that a reply can overtake them.
        self.held = False
        self.overflowed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def push(self, text: str) -> None:
        """Send the frame now if the client keeps up, else keep it for later."""
        if self._closed:
            return
        if self._busy or self.held or self._queue or self._ahead >= self._window:
            self._wait(text)
        else:
            self._write(text)

    def reply(self, text: str) -> None:
        """Send an answer; it overtakes events held back for a sync."""
        if self.held and not self._busy and not self._closed and self._ahead < self._window:
            self._write(text)
        elif self.held and not self._closed:
            self._queue.insert(0, text)
            self._waiting_bytes += weigh(text)
        else:
            self.push(text)

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False
        self._drain()

    def acknowledge(self, received: int | None) -> None:
        """Note a ping: the client has read so far, so more may leave.

        A client that counts its frames opens the window only by having received what was
        sent before its last ping; one that does not count is believed.
        """
        if received is not None and received < self._mark:
            return
        self._mark = self.frames_sent
        self._ahead = 0
        self._drain()

    def close(self, code: int, reason: str = "") -> None:
        """Say why and end; frames still waiting are dropped."""
        if self._closed:
            return
        self._closed = True
        self._queue.clear()
        self._cancel_stall()
        _keep(asyncio.ensure_future(self._say_goodbye(code, reason)))

    def abandon(self) -> None:
        """The client is gone: nothing more can be sent."""
        self._closed = True
        self._queue.clear()
        self._cancel_stall()

    def _write(self, text: str) -> None:
        """Give the frame to the server without a task.

        Servers nearly always take a frame without waiting, so the coroutine is started by
        hand; only if it does wait is the rest of it given to a task. A task for every frame
        would double the cost of a delivery.
        """
        self._ahead += len(text)
        self.frames_sent += 1
        sending = self._send({"type": "websocket.send", "text": text})
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception:  # servers disagree on what a send to a closed socket raises
            self.abandon()
            self._on_close()
            return
        self._busy = True
        _keep(asyncio.ensure_future(self._finish(_resume(sending, waits_for))))

    async def _finish(self, sending: Generator[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(settings.WS_STALL_S):
                await sending  # type: ignore[misc]  # an awaitable by types.coroutine
        except TimeoutError:
            self._busy = False
            self._give_up()
        except Exception:  # as in _write
            self.abandon()
            self._on_close()
        else:
            self._busy = False
            self._drain()

    def _wait(self, text: str) -> None:
        self._queue.append(text)
        self._waiting_bytes += weigh(text)
        if len(self._queue) > self._max_frames or self._waiting_bytes > MAX_WAITING_BYTES:
            self._give_up()
        elif self._stall is None and not self.held:
            self._start_stall()

    def _drain(self) -> None:
        moved = False
        while self._queue and not (self._busy or self.held or self._closed):
            if self._ahead >= self._window:
                break
            text = self._queue.pop(0)
            self._waiting_bytes -= weigh(text)
            self._write(text)
            moved = True
        if moved or not self._queue:
            self._cancel_stall()
            if self._queue and not self._closed:
                self._start_stall()

    def _give_up(self) -> None:
        """The client does not keep up: it comes back and syncs."""
        self.overflowed = True
        self.close(close_codes.TOO_SLOW)

    def _start_stall(self) -> None:
        loop = asyncio.get_running_loop()
        self._stall = loop.call_later(settings.WS_STALL_S, self._give_up)

    def _cancel_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    async def _say_goodbye(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
                # A client that reads answers the close, which ends the consumer by itself.
                await asyncio.sleep(CLOSE_S)
        except Exception:  # gone already: then there is nobody to say goodbye to
            pass
        self._on_close()


def weigh(text: str) -> int:
    """Return about how much memory it takes: up to 4 bytes a character, and its UTF-8 beside."""
    return len(text) if text.isascii() else 7 * len(text)


_running: set[asyncio.Future[None]] = set()


def _keep(task: asyncio.Future[None]) -> None:
    """Hold a reference until done: the loop itself keeps only a weak one."""
    _running.add(task)
    task.add_done_callback(_running.discard)


@types.coroutine
def _resume(started: Coroutine[Any, Any, None], value: Any) -> Generator[Any, Any, None]:
    """Carry on a coroutine that was started by hand and now waits for `value`."""
    while True:
        try:
            try:
                answer = yield value
            except BaseException as error:
                value = started.throw(error)
            else:
                value = started.send(answer)
        except StopIteration:
            return
