"""One WebRTC connection to one connection of somebody else, by aiortc.

Written from docs/protocol.md ("Between peers") alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from functools import partial

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

HELLO_AFTER_S = 1.5
TRY_FOR_S = 5
PART_CHARS = 4_000
MAX_FRAME_BYTES = 16 * 1024


class Pair:
    """Negotiates, carries frames while its channel is open, and begins again when it is lost.

    `me` and `other` name participant, kind and connection. `tell(**signal)` is awaited to send
    a signal there, `hear(frame)` is called with every whole frame, `changed()` when the channel
    opened or closed.
    """

    def __init__(self, me, other, *, tell, hear, changed):
        self.me, self.other = me, other
        self.epoch = 0
        self.pc = None
        self.channel = None
        self._tell, self._hear, self._changed = tell, hear, changed
        self._parts = []
        self._began_at = float("-inf")
        self._lost = asyncio.Event()
        # One step after the other, so that signals and own offers never interleave.
        self._todo = asyncio.Queue()
        self._tasks = [asyncio.create_task(work()) for work in (self._work, self._insist)]

    @property
    def is_polite(self):
        """A guest towards anybody else, otherwise the lower connection."""
        mine, theirs = self.me["kind"] == "guest", self.other["kind"] == "guest"
        if mine != theirs:
            return mine
        return self.me["connection"] < self.other["connection"]

    @property
    def is_open(self):
        return self.channel is not None and self.channel.readyState == "open"

    def take_signal(self, data):
        self._todo.put_nowait(partial(self._take_signal, data))

    def send(self, frame):
        """Hand the frame to the channel; without an open one it is lost."""
        if not self.is_open:
            return
        text = json.dumps(frame)
        if len(text.encode()) <= MAX_FRAME_BYTES:
            self.channel.send(text)
            return
        pieces = [text[n : n + PART_CHARS] for n in range(0, len(text), PART_CHARS)]
        for number, piece in enumerate(pieces):
            part = {"k": "part", "i": number, "n": len(pieces), "d": piece}
            self.channel.send(json.dumps(part))

    async def close(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hang_up()

    # --- Beginning, and beginning again

    async def _work(self):
        while True:
            step = await self._todo.get()
            try:
                await step()
            except Exception:  # an attempt that came to nothing; there is a next one
                self._on_close()

    async def _insist(self):
        """The polite side waits for an offer first, and asks for it if none comes."""
        while True:
            if self.is_polite:
                await asyncio.sleep(HELLO_AFTER_S)
            self._lost.clear()
            self._todo.put_nowait(self._start)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TRY_FOR_S):
                    await self._lost.wait()

    async def _start(self):
        if self.is_open or time.monotonic() - self._began_at < TRY_FOR_S:
            return
        if self.is_polite:
            await self._tell(epoch=0, candidate=None)
        else:
            await self._offer()

    async def _offer(self):
        await self._begin(self.epoch + 1)
        await self._describe(await self.pc.createOffer())

    async def _begin(self, epoch):
        await self._hang_up()
        self.epoch, self._began_at = epoch, time.monotonic()
        # No STUN server: nobody in a test is behind a router.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channel = channel = self.pc.createDataChannel("doorbell", negotiated=True, id=0)
        channel.on("message", self._on_message)
        channel.on("open", self._changed)
        channel.on("close", lambda: channel is self.channel and self._on_close())

    async def _hang_up(self):
        pc, self.pc, self.channel = self.pc, None, None
        if pc is not None:
            await pc.close()

    def _on_close(self):
        self._began_at = float("-inf")
        self._lost.set()
        self._changed()

    # --- Signals

    async def _take_signal(self, data):
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

    async def _describe(self, description):
        # aiortc gathers first: the description carries every candidate.
        await self.pc.setLocalDescription(description)
        local = description_of(vars(self.pc.localDescription))
        await self._tell(epoch=self.epoch, description=local)

    # --- On the channel

    def _on_message(self, text):
        frame = json.loads(text)
        if frame["k"] == "part":
            frame = self._join(frame)
        if frame is not None:
            self._hear(frame)

    def _join(self, part):
        self._parts = [] if part["i"] == 0 else self._parts
        self._parts.append(part["d"])
        return json.loads("".join(self._parts)) if len(self._parts) == part["n"] else None


def description_of(shape):
    return {"type": shape["type"], "sdp": shape["sdp"]}
