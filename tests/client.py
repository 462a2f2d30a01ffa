"""A client of the wire for programs and tests, written from docs/protocol.md alone.

It shares no code with the server: what it knows, the page says.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

REPLY_TIMEOUT_S = 10
MAX_FRAME_BYTES = 1 << 20


class CommandError(Exception):
    """The server refused a command."""

    def __init__(self, error):
        super().__init__(error["code"])
        self.code = error["code"]
        self.temporary = error["temporary"]
        self.error = error


class WireClient:
    """One socket. `events` holds what came unasked, oldest first."""

    def __init__(self, socket):
        self.socket = socket
        self.events = []
        self.received = 0
        self.received_chars = 0
        self.resume = None
        self.on_event: Callable[[dict], None] = lambda frame: None
        # Sees every frame: on_frame("→" or "←", frame).
        self.on_frame: Callable[[str, dict], None] = lambda way, frame: None
        self._ref = 0
        self._waiting = {}
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url, ticket, *, origin=None, protocols=("doorbell.v1",), **options):
        """Connect with a ticket or a resume token."""
        socket = await connect(
            url,
            subprotocols=[*protocols, f"ticket.{ticket}"],
            origin=origin,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES,
            proxy=None,
            **options,
        )
        return cls(socket)

    async def ask(self, kind, **data):
        """Send a command and return its answer. Raises CommandError, TimeoutError."""
        self._ref += 1
        ref = self._ref
        self._waiting[ref] = asyncio.get_running_loop().create_future()
        await self.send({"ref": ref, "kind": kind, "data": data})
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                return await self._waiting[ref]
        finally:
            self._waiting.pop(ref, None)

    async def tell(self, kind, **data):
        """Send a command that needs no answer."""
        await self.send({"kind": kind, "data": data})

    async def send(self, frame):
        if not isinstance(frame, str):
            self.on_frame("→", frame)
            frame = json.dumps(frame)
        await self.socket.send(frame)

    async def sync(self, room=None, since=0):
        """Sync a room (the ticket's own if none is named) and return the snapshot."""
        named = {"room": room} if room else {}
        snapshot = await self.ask("room.sync", since=since, **named)
        self.resume = snapshot["resume"]
        return snapshot

    async def post(self, body, *, client_id=None, **data):
        return await self.ask(
            "message.post", client_id=str(client_id or uuid.uuid4()), body=body, **data
        )

    async def ping(self, **data):
        return await self.ask("ping", received=self.received, **data)

    async def wait_for(self, event, matches=lambda data: True, timeout_s=REPLY_TIMEOUT_S):
        """Return the data of the first such event, one that came already included."""
        async with asyncio.timeout(timeout_s):
            while True:
                for frame in self.events:
                    if frame.get("event") == event and matches(frame["data"]):
                        self.events.remove(frame)
                        return frame["data"]
                self._news.clear()
                await self._news.wait()

    async def wait_closed(self, timeout_s=REPLY_TIMEOUT_S):
        """Return the close code."""
        async with asyncio.timeout(timeout_s):
            await self.socket.wait_closed()
        return self.socket.close_code

    async def close(self):
        await self.socket.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await self.close()

    async def _read(self):
        try:
            async for text in self.socket:
                self.received += 1
                self.received_chars += len(text)
                frame = json.loads(text)
                self.on_frame("←", frame)
                self._take(frame)
        except ConnectionClosed:
            pass
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError(f"closed with {self.socket.close_code}"))
                future.exception()  # seen, also if nobody waits for it any more

    def _take(self, frame):
        future = self._waiting.get(frame.get("ref"))
        if "event" in frame or future is None or future.done():
            self.events.append(frame)
            self.on_event(frame)
            self._news.set()
        elif "ok" in frame:
            future.set_result(frame["ok"])
        else:
            future.set_exception(CommandError(frame["error"]))
