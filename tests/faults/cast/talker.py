"""A visitor who also talks over data channels, by aiortc."""

from __future__ import annotations

import asyncio
import contextlib

from websockets.exceptions import WebSocketException

from tests.faults.cast.visitor import AWAY, Visitor
from tests.webrtc.pair import Pair


class Talker(Visitor):
    """What is written goes to the server and over every open channel at once.

    A line that a channel brings is put on the screen without a number (`heard`) unless it is
    there already; its number comes from the server (`shown`).
    """

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.pairs = {}
        self.hung_up = 0
        self._lines = set()
        self._leaving = []

    @property
    def open_pairs(self):
        return [pair for pair in self.pairs.values() if pair.is_open]

    def write(self, body, times=1):
        client_id = super().write(body, times)
        for pair in self.open_pairs:
            for _ in range(times):
                pair.send({"k": "msg", "client_id": client_id, "body": body})
        return client_id

    def hang_up(self):
        """Close one of the channels that are open, without a word to the server."""
        if self.open_pairs:
            self.dice.choice(self.open_pairs).channel.close()
            self.hung_up += 1

    async def go(self):
        await super().go()
        self._keep_pairs(set())
        await asyncio.gather(*self._leaving)

    # --- What comes in

    def _on_event(self, frame):
        super()._on_event(frame)
        event, data = frame.get("event", ""), frame.get("data", {})
        if event == "signal" and data["connection"] in self.pairs:
            self.pairs[data["connection"]].take_signal(data)
        elif event.startswith("participant."):
            self._look_around()

    def _take_page(self, snapshot):
        more = super()._take_page(snapshot)
        self._look_around()
        return more

    def _receive(self, message):
        self._lines.add((message["from"], message["client_id"]))
        super()._receive(message)

    def _hear(self, by, pair, frame):
        if frame["k"] != "msg":
            return
        client_id = frame["client_id"]
        pair.send({"k": "ack", "client_id": client_id})
        if (by, client_id) not in self._lines:
            self._lines.add((by, client_id))
            self._note("heard", by=by, client_id=client_id, body=frame["body"])

    # --- Who is there

    def _look_around(self):
        """One pair for every connection of somebody else."""
        if self.snapshot is None:
            return
        me = self.snapshot["self"]
        self._keep_pairs({name for name, pair in self.pairs.items() if self._is_here(pair.other)})
        for who, connections in self.people.items():
            for connection in set(connections) - self.pairs.keys() - {AWAY}:
                if who != me["participant"]:
                    other = {"participant": who, "kind": "guest", "connection": connection}
                    self.pairs[connection] = self._make_pair(me, other)

    def _is_here(self, other):
        connections = self.people.get(other["participant"], [])
        return other["connection"] in connections or connections == [AWAY]

    def _keep_pairs(self, kept):
        for name in self.pairs.keys() - kept:
            self._leaving.append(asyncio.ensure_future(self.pairs.pop(name).close()))

    def _make_pair(self, me, other):
        async def tell(**signal):
            to = {"to": other["participant"], "connection": other["connection"]}
            if self.client is not None:
                with contextlib.suppress(WebSocketException):
                    await self.client.tell("signal", **to, **signal)

        def hear(frame):
            self._hear(other["participant"], pair, frame)

        pair = Pair(me, other, tell=tell, hear=hear, changed=self._news.set)
        return pair
