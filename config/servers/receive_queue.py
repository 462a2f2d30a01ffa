"""A socket's incoming messages, for servers that would give each socket an asyncio.Queue."""

from __future__ import annotations

import asyncio
from typing import Any


class ReceiveQueue:
    """As much of asyncio.Queue as an ASGI server needs: unbounded, one reader, no joining.

    Four deques make an idle Queue 3 KiB, a tenth of what a socket took with it.
    """

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._messages

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:
        """Return the oldest message, waiting for one."""
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._messages.pop(0)
