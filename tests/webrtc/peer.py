"""A person without a browser: our wire by tests/client.py, WebRTC by aiortc.

Written from docs/protocol.md ("Between peers"), so it is a second implementation of both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from tests.client import WireClient

HELLO_AFTER_S = 1.5
PART_CHARS = 4_000
MAX_FRAME_BYTES = 16 * 1024


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
        self.other = None
        self.epoch = 0
        self.pc = None
        self.channel = None
        self.heard = []
        self.acked = set()
        self.news = asyncio.Condition()
        self._parts = []
        self._todo = asyncio.Queue()
        self._hello = None
        client.on_event = self._on_event
        self._working = asyncio.create_task(self._work_forever())
        self._todo.put_nowait(self._look_around)

    @classmethod
    async def come(cls, url, token, room=None):
        """Open a socket with the ticket, sync, and talk to whoever is in the room."""
        client = await WireClient.open(url, token)
        return cls(client, await client.sync(room))

    async def say(self, body):
        """Send a text over the data channel alone; returns its client_id."""
        await self.wait_for(lambda: self.channel and self.channel.readyState == "open")
        client_id = str(uuid.uuid4())
        self._send({"k": "msg", "client_id": client_id, "body": body})
        return client_id

    async def wait_for(self, condition, timeout_s=20):
        async with asyncio.timeout(timeout_s), self.news:
            await self.news.wait_for(condition)

    async def leave(self):
        self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)
        if self._hello is not None:
            self._hello.cancel()
        if self.pc is not None:
            await self.pc.close()
        await self.client.close()

    @property
    def is_polite(self):
        """A guest towards anybody else, otherwise the lower connection."""
        mine, theirs = self.me["kind"] == "guest", self.other["kind"] == "guest"
        if mine != theirs:
            return mine
        return self.me["connection"] < self.other["connection"]

    # --- Signalling

    def _on_event(self, frame):
        event, data = frame.get("event", ""), frame.get("data", {})
        if event == "signal":
            self._todo.put_nowait(lambda: self._take_signal(data))
        elif event.startswith("participant."):
            person = self.people.setdefault(data["participant"], {})
            person.update({"connections": []} if event == "participant.left" else data)
            self._todo.put_nowait(self._look_around)

    async def _look_around(self):
        """Let go of a connection that is gone; start towards one that is here."""
        if self.other is not None:
            known = self.people.get(self.other["participant"], {})
            if self.other["connection"] in known.get("connections", []):
                return
            await self._let_go()
        for person in self.people.values():
            if person["participant"] != self.me["participant"] and person.get("connections"):
                await self._meet(person)
                return

    async def _let_go(self):
        if self.pc is not None:
            await self.pc.close()
        self.other, self.epoch, self.pc, self.channel = None, 0, None, None

    async def _meet(self, person):
        """The polite side waits for the first offer, and asks for it if none comes."""
        self.other = {
            "participant": person["participant"],
            "kind": person["kind"],
            "connection": person["connections"][0],
        }
        if self.is_polite:
            self._hello = asyncio.get_running_loop().call_later(
                HELLO_AFTER_S, self._todo.put_nowait, self._ask_for_an_offer
            )
        else:
            await self._offer()

    async def _ask_for_an_offer(self):
        if self.other is not None and self.pc is None:
            await self._tell(epoch=0, candidate=None)

    async def _offer(self):
        await self._begin(self.epoch + 1)
        await self._describe(await self.pc.createOffer())

    async def _work_forever(self):
        """One step after the other, so that signals and own offers never interleave."""
        while True:
            await (await self._todo.get())()

    async def _take_signal(self, data):
        if self.other is None or data["connection"] != self.other["connection"]:
            return
        epoch, description = data.get("epoch", self.epoch), data.get("description")
        is_offer = description is not None and description["type"] == "offer"
        if epoch == 0 or (is_offer and epoch < self.epoch):
            await self._offer()
            return
        if is_offer and epoch > self.epoch:
            await self._begin(epoch)
        if epoch != self.epoch or self.pc is None:
            return
        if description is not None:
            await self._take_description(description)
        elif data.get("candidate"):
            await self._take_candidate(data["candidate"])

    async def _take_description(self, description):
        crossed = description["type"] == "offer" and self.pc.signalingState != "stable"
        if crossed and not self.is_polite:
            return
        await self.pc.setRemoteDescription(RTCSessionDescription(**description_of(description)))
        if description["type"] == "offer":
            await self._describe(await self.pc.createAnswer())

    async def _take_candidate(self, offered):
        if not offered.get("candidate"):
            return
        candidate = candidate_from_sdp(offered["candidate"].removeprefix("candidate:"))
        candidate.sdpMid = offered.get("sdpMid")
        candidate.sdpMLineIndex = offered.get("sdpMLineIndex")
        with contextlib.suppress(Exception):  # one we do not understand; others may do
            await self.pc.addIceCandidate(candidate)

    async def _begin(self, epoch):
        if self.pc is not None:
            await self.pc.close()
        self.epoch, self.pc = epoch, RTCPeerConnection()
        self.channel = self.pc.createDataChannel("doorbell", negotiated=True, id=0)
        self.channel.on("message", self._on_message)
        self.channel.on("open", self._wake)

    async def _describe(self, description):
        # aiortc gathers first: the description carries every candidate.
        await self.pc.setLocalDescription(description)
        await self._tell(description=description_of(vars(self.pc.localDescription)))

    async def _tell(self, **signal):
        to = {"to": self.other["participant"], "connection": self.other["connection"]}
        await self.client.tell("signal", room=self.room, **to, **{"epoch": self.epoch, **signal})

    # --- On the channel

    def _send(self, frame):
        text = json.dumps(frame)
        if len(text.encode()) <= MAX_FRAME_BYTES:
            self.channel.send(text)
            return
        pieces = [text[n : n + PART_CHARS] for n in range(0, len(text), PART_CHARS)]
        for number, piece in enumerate(pieces):
            part = {"k": "part", "i": number, "n": len(pieces), "d": piece}
            self.channel.send(json.dumps(part))

    def _on_message(self, text):
        frame = json.loads(text)
        if frame["k"] == "part":
            frame = self._join(frame)
        if frame is not None and frame["k"] == "msg":
            self.heard.append(frame["body"])
            self._send({"k": "ack", "client_id": frame["client_id"]})
        elif frame is not None and frame["k"] == "ack":
            self.acked.add(frame["client_id"])
        self._wake()

    def _join(self, part):
        self._parts = [] if part["i"] == 0 else self._parts
        self._parts.append(part["d"])
        return json.loads("".join(self._parts)) if len(self._parts) == part["n"] else None

    def _wake(self):
        async def notify():
            async with self.news:
                self.news.notify_all()

        self._waking = asyncio.ensure_future(notify())


def description_of(shape):
    return {"type": shape["type"], "sdp": shape["sdp"]}
