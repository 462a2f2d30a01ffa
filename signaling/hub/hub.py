"""The hub: every frame once encoded, straight to whoever is here, and to Redis for the rest.

A frame is handed to each local member of its topic in the same turn of the event loop, with
no task and no dispatch per recipient. It is also published for other processes; this
process recognises its own echo by the node name in front and drops it unread.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from django.conf import settings

from signaling.hub.redis import Link
from signaling.wire import protocol

CONTROL_TOPIC = "control"
NODE_CHARS = 8
# What synchronous code of another process signs with.
NOBODY = "-" * NODE_CHARS
LINGER_S = 5.0


class Subscriber(Protocol):
    """A local listener of a topic: a socket, or a group of stock Channels consumers."""

    connection: str
    facts: dict[str, str]

    def push(self, text: str) -> None: ...

    def resync(self) -> None: ...

    def kick(self, code: int, reason: str = "") -> None: ...


class Envelope(msgspec.Struct, array_like=True):
    """What travels over Redis in front of a frame."""

    text: str
    to: str | None = None
    connection: str | None = None
    # {participant: [connection, …]} as it is after a presence event.
    people: dict[str, list[str]] | None = None


_envelopes = msgspec.json.Decoder(Envelope)


@dataclass(slots=True)
class Topic:
    """Local members by the address they listen on, and who is there on any process."""

    members: dict[Subscriber, str] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)


class Hub:
    """The local members of all topics of one event loop."""

    def __init__(self) -> None:
        self.node = secrets.token_hex(NODE_CHARS // 2)
        self.loop = asyncio.get_running_loop()
        self.topics: dict[str, Topic] = {}
        # By connection. Whoever keeps sockets puts them here.
        self.sockets: dict[str, Any] = {}
        self.draining = False
        self.frames_out = 0
        self.resyncs = 0
        self.on_restored: Callable[[], None] = self.resync
        self.link = Link(settings.REDIS_URL, self._from_redis, lambda: self.on_restored())
        self._drop_share = settings.HUB_DROP_PERCENT / 100
        self._control = asyncio.ensure_future(self.link.subscribe(CONTROL_TOPIC))

    async def attach(self, topic: str, member: Subscriber, address: str = "") -> None:
        """Let the member hear the topic; on return nothing published later is missed."""
        known = self.topics.get(topic)
        if known is None:
            known = self.topics[topic] = Topic()
        known.members[member] = address
        await self.link.subscribe(topic)

    def detach(self, topic: str, member: Subscriber) -> None:
        """Stop hearing the topic; the last one out ends the subscription a little later."""
        known = self.topics.get(topic)
        if known is not None and known.members.pop(member, None) is not None and not known.members:
            self.loop.call_later(LINGER_S, self._forget, topic)

    def publish(
        self,
        topic: str,
        text: str,
        *,
        to: str | None = None,
        connection: str | None = None,
        but: Subscriber | None = None,
        people: dict[str, list[str]] | None = None,
    ) -> None:
        """Send a frame to the topic: to all members but one, or to one address only."""
        if self._drop_share and random.random() < self._drop_share:
            return
        envelope = Envelope(text, to, connection, people)
        self._hand_out(topic, envelope, but)
        payload = self.node.encode() + msgspec.json.encode(envelope)
        self.link.publish(topic, payload)

    def kick(self, match: dict[str, str], code: int) -> None:
        """Close every socket, on any process, whose facts match."""
        self._kick_local(match, code)
        payload = self.node.encode() + msgspec.json.encode({"match": match, "code": code})
        self.link.publish(CONTROL_TOPIC, payload)

    def resync(self) -> None:
        """Redis was away: whatever was said meanwhile is lost, so everybody syncs."""
        for socket in list(self.sockets.values()):
            socket.resync()
            self.resyncs += 1

    def people(self, topic: str) -> dict[str, list[str]]:
        """Return {participant: [connection, …]} of the topic as far as this process knows."""
        known = self.topics.get(topic)
        return known.people if known else {}

    def set_people(self, topic: str, people: dict[str, list[str]]) -> None:
        known = self.topics.get(topic)
        if known is not None:
            known.people = people

    def matching(self, match: dict[str, str]) -> list[Subscriber]:
        """Return the local sockets with these facts; the one of a `connection` at once."""
        if "connection" in match:
            socket = self.sockets.get(match["connection"])
            return [socket] if socket is not None else []
        wanted = match.items()
        sockets = self.sockets.values()
        return [s for s in sockets if all(s.facts.get(k) == v for k, v in wanted)]

    def _hand_out(self, topic: str, envelope: Envelope, but: Subscriber | None = None) -> None:
        known = self.topics.get(topic)
        if known is None:
            return
        if envelope.people is not None:
            known.people = envelope.people
        text, to, connection = envelope.text, envelope.to, envelope.connection
        if to is not None:
            for member, address in list(known.members.items()):
                if address == to and connection in (None, member.connection):
                    member.push(text)
                    self.frames_out += 1
            return
        for member in list(known.members):
            if member is not but:
                member.push(text)
                self.frames_out += 1

    def _from_redis(self, topic: str, payload: bytes) -> None:
        if payload.startswith(self.node.encode()):
            return
        content = payload[NODE_CHARS:]
        if topic == CONTROL_TOPIC:
            order: dict[str, Any] = msgspec.json.decode(content)
            self._kick_local(order["match"], order["code"])
        else:
            self._hand_out(topic, _envelopes.decode(content))

    def _kick_local(self, match: dict[str, str], code: int) -> None:
        for socket in self.matching(match):
            socket.kick(code)

    def _forget(self, topic: str) -> None:
        known = self.topics.get(topic)
        if known is not None and not known.members:
            del self.topics[topic]
            self.link.unsubscribe(topic)


def resync_frame() -> str:
    return protocol.event("session.resync", None, {})
