"""A person without a browser: our wire by tests/client.py, WebRTC by aiortc.

Written from docs/protocol.md, so it is a second implementation of both.
"""

from __future__ import annotations

import asyncio
import uuid

from tests.client import WireClient
from tests.webrtc.pair import Pair

LEAVE_S = 5


class HeadlessPeer:
    """One person with one connection, and at most one peer: whoever signals or comes first.

    `heard` holds the texts that came over the data channel, `acked` the client_ids that the
    other side confirmed there.
    """

    def __init__(self, client, snapshot):
        self.client = client
        self.me = snapshot["self"]
        self.room = snapshot["room"]["id"]
        self.people = {p["participant"]: p for p in snapshot["participants"]}
        self.pair = None
        self.heard = []
        self.acked = set()
        self.news = asyncio.Condition()
        self._left = []
        client.on_event = self._on_event
        self._look_around()

    @classmethod
    async def come(cls, url, token, room=None):
        """Open a socket with the ticket, sync, and talk to whoever is in the room."""
        client = await WireClient.open(url, token)
        return cls(client, await client.sync(room))

    async def say(self, body):
        """Send a text over the data channel alone; returns its client_id."""
        await self.wait_for(lambda: self.pair and self.pair.is_open)
        client_id = str(uuid.uuid4())
        self.pair.send({"k": "msg", "client_id": client_id, "body": body})
        return client_id

    async def wait_for(self, condition, timeout_s=20):
        async with asyncio.timeout(timeout_s), self.news:
            await self.news.wait_for(condition)

    async def leave(self):
        await self.client.close()
        self._let_go()
        if self._left:
            # Now and then aiortc waits for the goodbye of a page that is gone.
            await asyncio.wait(self._left, timeout=LEAVE_S)

    @property
    def is_polite(self):
        return self.pair.is_polite

    # --- On the wire

    def _on_event(self, frame):
        event, data = frame.get("event", ""), frame.get("data", {})
        if event == "signal":
            if self.pair is not None and data["connection"] == self.pair.other["connection"]:
                self.pair.take_signal(data)
        elif event.startswith("participant."):
            person = self.people.setdefault(data["participant"], {})
            person.update({"connections": []} if event == "participant.left" else data)
            self._look_around()

    def _look_around(self):
        """Let go of a connection that is gone; start towards one that is here."""
        if self.pair is not None:
            known = self.people.get(self.pair.other["participant"], {})
            if self.pair.other["connection"] in known.get("connections", []):
                return
            self._let_go()
        for person in self.people.values():
            if person["participant"] != self.me["participant"] and person.get("connections"):
                self._meet(person)
                return

    def _let_go(self):
        if self.pair is not None:
            self._left.append(asyncio.ensure_future(self.pair.close()))
        self.pair = None

    def _meet(self, person):
        other = {
            "participant": person["participant"],
            "kind": person["kind"],
            "connection": person["connections"][0],
        }

        async def tell(**signal):
            to = {"to": other["participant"], "connection": other["connection"]}
            await self.client.tell("signal", room=self.room, **to, **signal)

        self.pair = Pair(self.me, other, tell=tell, hear=self._hear, changed=self._wake)

    # --- On the channel

    def _hear(self, frame):
        if frame["k"] == "msg":
            self.heard.append(frame["body"])
            self.pair.send({"k": "ack", "client_id": frame["client_id"]})
        elif frame["k"] == "ack":
            self.acked.add(frame["client_id"])
        self._wake()

    def _wake(self):
        async def notify():
            async with self.news:
                self.news.notify_all()

        self._waking = asyncio.ensure_future(notify())
