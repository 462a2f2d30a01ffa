"""A page without a screen: keeps what it wrote until it is acknowledged, and heals by itself.

It does what docs/protocol.md asks of a client: an outbox resent under the same `client_id`,
`room.sync` after every open, on every hole and on `session.resync`, heads in every ping, and
coming back as the close code says. Only its pauses are shorter than a page's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid

import httpx
from websockets.exceptions import WebSocketException

from tests.client import CommandError, WireClient

PING_S = 1.0
PING_EVERY_CHARS = 128 * 1024
BACKOFF_S = (0.05, 0.8)
AWAY = "away"
UNREACHABLE = (OSError, TimeoutError, WebSocketException)


async def knock(site, link, nickname):
    """Come by the link as a browser does; returns the answer with resume, room, participant."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        answer = await client.post(f"{site.url}/c/{link}/join", json={"nickname": nickname})
        assert answer.status_code == 201, f"{answer.status_code}\n{site.read_log()[-4000:]}"
        return answer.json()


class Visitor:
    """`sites` are tried in turn; `history` is shared by all visitors of a run."""

    def __init__(self, sites, token, *, name, dice, history, room=None):
        self.sites = list(sites)
        self.token = token
        self.name = name
        self.dice = dice
        self.history = history
        self.room = room
        self.outbox = {}
        self.messages = {}
        self.head = 0
        self.people = {}
        self.told = []
        self.snapshot = None
        self.client = None
        self.resyncs = 0
        self.heard = 0
        self._live = None
        self._sync_wanted = asyncio.Event()
        self._post_wanted = asyncio.Event()
        self._ping_wanted = asyncio.Event()
        self._pinged_at = 0
        self._news = asyncio.Event()

    # --- What a person does

    async def come(self):
        self._live = asyncio.create_task(self._live_forever())
        await self.wait_until(lambda: self.snapshot is not None, "the first sync")
        return self

    async def go(self):
        """Leave for good, as a closed page does."""
        client = self.client
        self._live.cancel()
        await asyncio.gather(self._live, return_exceptions=True)
        if client is not None:
            await client.close()

    def write(self, body, times=1):
        """Put a line into the outbox; it is sent `times` times over."""
        client_id = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        self.outbox[client_id] = (body, times)
        self._note("sent", client_id=client_id, body=body)
        self._post_wanted.set()
        return client_id

    def cut(self):
        """Lose the connection without a word, as in a tunnel."""
        if self.client is not None:
            self.client.socket.transport.abort()

    async def wait_until(self, condition, what, timeout_s=30):
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    if self._live.done():
                        self._live.result()
                    self._news.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.1):
                            await self._news.wait()
        except TimeoutError:
            mine = [note for note in self.history if note["who"] == self.name][-8:]
            why = f"{self.name} waited {timeout_s} s in vain for {what}: {mine}"
            raise AssertionError(why) from None

    @property
    def connected(self):
        return self.client is not None

    # --- The life of a connection

    async def _live_forever(self):
        attempt = 0
        while True:
            try:
                client = await WireClient.open(self.sites[0].ws_url, self.token, open_timeout=5)
            except UNREACHABLE:
                self.sites.append(self.sites.pop(0))
                attempt += 1
                await self._pause(attempt)
                continue
            attempt = 0
            retry_s = await self._stay(client)
            await asyncio.sleep(retry_s) if retry_s is not None else await self._pause(1)

    async def _stay(self, client):
        """Live on this socket until it closes; returns how long to stay away, if told."""
        self.client, self._closing = client, None
        client.on_event = self._on_event
        self._sync_wanted.set()
        jobs = [
            asyncio.create_task(job(client))
            for job in (self._sync_forever, self._post_forever, self._ping_forever)
        ]
        try:
            code = await client.wait_closed(None)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            self.client = None
        self._note("closed", code=code)
        if code >= 4500:
            await asyncio.Future()  # stays away for good
        return self._closing and self._closing["retry_after_ms"] / 1000

    async def _sync_forever(self, client):
        while True:
            await self._sync_wanted.wait()
            self._sync_wanted.clear()
            try:
                more = True
                while more:
                    more = self._take_page(await client.sync(self.room, since=self.head))
            except (CommandError, ConnectionError, TimeoutError) as error:
                self._note("refused", command="room.sync", error=str(error))
                if not isinstance(error, CommandError) or not error.temporary:
                    return
                await self._pause(1)
                self._sync_wanted.set()

    async def _post_forever(self, client):
        while True:
            self._post_wanted.clear()
            while self.outbox and self.snapshot is not None:
                client_id, (body, times) = next(iter(self.outbox.items()))
                if not await self._post(client, client_id, body, times):
                    await self._pause(1)
            await self._post_wanted.wait()

    async def _post(self, client, client_id, body, times):
        named = {"room": self.room} if self.room else {}
        posts = [client.post(body, client_id=client_id, **named) for _ in range(times)]
        answers = await asyncio.gather(*posts, return_exceptions=True)
        stored = False
        for answer in answers:
            if isinstance(answer, dict):
                self._note("acked", client_id=client_id, body=body, seq=answer["seq"])
                stored = True
            else:
                self._note("refused", command="message.post", error=str(answer))
        if stored:
            self.outbox.pop(client_id, None)
        return stored

    async def _ping_forever(self, client):
        wait_s = self.dice.random() * PING_S
        self._pinged_at = 0
        while True:
            # Not wait_for, which may swallow being cancelled (Python 3.11).
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._ping_wanted.wait()
            self._ping_wanted.clear()
            self._pinged_at, wait_s = client.received_chars, PING_S
            heads = {self.snapshot["room"]["id"]: self.head} if self.snapshot else {}
            try:
                pong = await client.ping(heads=heads)
                if any(head > self.head for head in pong["heads"].values()):
                    self._sync_wanted.set()
            except CommandError as error:
                self._note("refused", command="ping", error=str(error))
            except TimeoutError:
                client.socket.transport.abort()

    async def _pause(self, attempt):
        low, high = BACKOFF_S
        await asyncio.sleep(low + self.dice.random() * (min(high, low * 2**attempt) - low))

    # --- What comes in

    def _on_event(self, frame):
        if self.client is None:
            return  # the last words of a socket that is closed already
        self.client.events.clear()
        # A client under load pings before the server's window of 256 KiB is full.
        if self.client.received_chars - self._pinged_at >= PING_EVERY_CHARS:
            self._ping_wanted.set()
        if "event" not in frame:  # an answer nobody waits for any more
            if "error" in frame:
                self._note("refused", command="?", error=frame["error"]["code"])
            return
        event, data = frame["event"], frame["data"]
        if event == "message.posted":
            self._receive(data)
        elif event == "session.resync":
            self.resyncs += 1
            self._sync_wanted.set()
        elif event == "session.closing":
            self._closing = data
            self._note("closing", retry_after_ms=data["retry_after_ms"])
        elif event.startswith("participant."):
            self._meet(event, data)
        self._news.set()

    def _meet(self, event, data):
        self.told.append((event, data))
        if event == "participant.left":
            self.people[data["participant"]] = []
        elif "connections" in data:
            # Without a connection, but not told to have left: away for a moment.
            self.people[data["participant"]] = data["connections"] or [AWAY]

    def _take_page(self, snapshot):
        if self.snapshot is None:
            self._note("opened")
        self.snapshot = snapshot
        self.token = snapshot["resume"]
        self.people = {p["participant"]: p["connections"] for p in snapshot["participants"]}
        for message in snapshot["messages"]:
            self._receive(message)
        self._post_wanted.set()
        self._news.set()
        return snapshot["more"] and bool(snapshot["messages"])

    def _receive(self, message):
        self.heard += 1
        if message["seq"] is None or message["seq"] <= self.head:
            return
        self.messages[message["seq"]] = message
        while (following := self.messages.get(self.head + 1)) is not None:
            self.head += 1
            line = {name: following[name] for name in ("seq", "client_id", "body")}
            self._note("shown", by=following["from"], **line)
        if self.head < max(self.messages):
            self._sync_wanted.set()

    def _note(self, what, **more):
        self.history.append({"at": time.monotonic(), "who": self.name, "what": what, **more})
