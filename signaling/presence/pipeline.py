"""Redis commands of many callers over one connection: what waits goes out as one pipeline.

A pool would open a connection for every caller at once, and callers come in crowds: all
sockets of a process enter after a restart and leave when a network breaks.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

from redis.asyncio import Redis

from accounts.base.redis import CLIENT_OPTIONS

Command = tuple[Any, ...]


class Pipeline:
    """One connection to Redis, used by one flush at a time."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, **CLIENT_OPTIONS)
        self._waiting: list[tuple[list[Command], asyncio.Future[list[Any]]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def run(self, commands: list[Command]) -> list[Any]:
        """Return the answers to the commands. Raises RedisError, OSError."""
        if not commands:
            return []
        answers = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, answers))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.ensure_future(self._flush())
        taken: list[Any] = await answers
        return taken

    async def close(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)
        await self._redis.aclose()

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = iter(await self._send(batch))
            except Exception as error:  # each caller decides what it means
                for _, answers in batch:
                    if not answers.done():
                        answers.set_exception(error)
            else:
                for commands, answers in batch:
                    taken = list(islice(results, len(commands)))
                    if not answers.done():
                        answers.set_result(taken)

    async def _send(self, batch: list[tuple[list[Command], Any]]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for commands, _ in batch:
                for command in commands:
                    pipe.execute_command(*command)
            return list(await pipe.execute())
