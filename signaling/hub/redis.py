"""The process's two Redis connections for events: one that publishes, one that listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.asyncio.connection import Connection, ConnectionPool
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MAX_WAITING = 10_000
MIN_PAUSE_S = 0.1
MAX_PAUSE_S = 5.0
# A half-open connection is noticed by an unanswered PING within two of these.
PING_EVERY_S = 10.0
SUBSCRIBE_WAIT_S = 1.0

FAILURES = (RedisError, OSError, asyncio.TimeoutError)
# As redis-py would pack it, in a seventh of the time.
PUBLISH = b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n"


class Link:
    """Publishes in batches, listens to topics, and comes back by itself.

    `deliver(topic, payload)` is called for every message; `restored()` after a lost
    connection was replaced and every topic subscribed again: what was published in
    between is gone.
    """

    def __init__(
        self, url: str, deliver: Callable[[str, bytes], None], restored: Callable[[], None]
    ) -> None:
        # No timeout on reading: a quiet topic is not a fault, and _ping_forever finds real ones.
        self._pool = ConnectionPool.from_url(url, socket_connect_timeout=2, socket_timeout=None)
        self._deliver = deliver
        self._restored = restored
        self._outgoing: list[bytes] = []
        self._wake = asyncio.Event()
        self._topics: set[str] = set()
        self._confirmed: set[str] = set()
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._listener: Connection | None = None
        self._answered = True
        # Whether the first connection was tried: from then on a new one means a gap.
        self.started = False
        self.publishes_failed = 0
        self._tasks = [
            asyncio.ensure_future(self._publish_forever()),
            asyncio.ensure_future(self._listen_forever()),
            asyncio.ensure_future(self._ping_forever()),
        ]
        for task in self._tasks:
            task.add_done_callback(_tell_end)

    @property
    def up(self) -> bool:
        return self._listener is not None

    def publish(self, topic: str, payload: bytes) -> None:
        """Send with the next batch, in this turn of the loop; never waits, never raises."""
        if len(self._outgoing) >= MAX_WAITING:
            self.publishes_failed += 1
            return
        name = topic.encode()
        self._outgoing.append(PUBLISH % (len(name), name, len(payload), payload))
        self._wake.set()

    async def subscribe(self, topic: str) -> None:
        """Listen to the topic; returns when Redis confirmed it, or soon if Redis is away."""
        if topic in self._confirmed:
            return
        self._topics.add(topic)
        if self._listener is None and self.started:
            return  # `restored` tells everybody to sync once Redis is back
        confirmation = self._confirmations.get(topic)
        if confirmation is None:
            confirmation = asyncio.get_running_loop().create_future()
            self._confirmations[topic] = confirmation
            await self._command("SUBSCRIBE", topic)
        with suppress(TimeoutError):
            async with asyncio.timeout(SUBSCRIBE_WAIT_S):
                await asyncio.shield(confirmation)

    def unsubscribe(self, topic: str) -> None:
        """Forget the topic at once, so that whoever comes next subscribes anew."""
        self._topics.discard(topic)
        self._confirmed.discard(topic)
        self._leaving.add(task := asyncio.ensure_future(self._leave(topic)))
        task.add_done_callback(self._leaving.discard)

    async def _leave(self, topic: str) -> None:
        if topic not in self._topics:
            await self._command("UNSUBSCRIBE", topic)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pool.disconnect()

    async def _command(self, *words: str) -> None:
        listener = self._listener
        if listener is None:
            return
        with suppress(*FAILURES):  # the listening side notices and starts over
            await listener.send_packed_command(listener.pack_command(*words))

    async def _publish_forever(self) -> None:
        connection: Connection | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._outgoing = self._outgoing, []
            try:
                if connection is None:
                    connection = await self._connect()
                    # Answers to PUBLISH tell nothing we use; not reading them is cheaper.
                    await connection.send_packed_command(
                        connection.pack_command("CLIENT", "REPLY", "OFF")
                    )
                async with asyncio.timeout(MAX_PAUSE_S):
                    await connection.send_packed_command(batch)
            except FAILURES:
                self.publishes_failed += len(batch)
                if connection is not None:
                    await connection.disconnect(nowait=True)
                connection = None
                await asyncio.sleep(MIN_PAUSE_S)

    async def _listen_forever(self) -> None:
        pause_s = MIN_PAUSE_S
        while True:
            try:
                listener = await self._connect()
                await self._subscribe_all(listener)
                pause_s = MIN_PAUSE_S
                if self.started:
                    self._restored()
                self.started = True
                await self._read_forever(listener)
            except FAILURES as error:
                logger.warning("Redis is away (%s); trying again in %.1f s", error, pause_s)
                self._listener, self.started = None, True
                self._confirmed.clear()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, MAX_PAUSE_S / 5)

    async def _subscribe_all(self, listener: Connection) -> None:
        self._listener, self._answered = listener, True
        if self._topics:
            packed = listener.pack_commands([("SUBSCRIBE", topic) for topic in self._topics])
            await listener.send_packed_command(packed)

    async def _read_forever(self, listener: Connection) -> None:
        while True:
            answer: Any = await listener.read_response(disable_decoding=True)
            if not isinstance(answer, list):
                continue
            kind = answer[0]
            if kind == b"message":
                self._deliver(answer[1].decode(), answer[2])
            elif kind == b"subscribe":
                self._confirm(answer[1].decode())
            elif kind == b"pong":
                self._answered = True

    async def _ping_forever(self) -> None:
        """An unanswered PING ends the connection, so that listening starts over."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            listener = self._listener
            if listener is None:
                continue
            if not self._answered:
                await listener.disconnect(nowait=True)
                continue
            self._answered = False
            await self._command("PING")

    def _confirm(self, topic: str) -> None:
        if topic in self._topics:
            self._confirmed.add(topic)
        confirmation = self._confirmations.pop(topic, None)
        if confirmation is not None and not confirmation.done():
            confirmation.set_result(None)

    async def _connect(self) -> Connection:
        connection: Connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        # RESP2 in any case: messages then arrive as plain lists.
        await connection.connect()  # type: ignore[no-untyped-call]
        return connection


def _tell_end(task: asyncio.Task[None]) -> None:
    """None of these tasks ends by itself: if one does, that is a bug to be seen."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("The link to Redis stopped working", exc_info=error)
