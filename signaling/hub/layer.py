"""The hub as a Channels layer, so that synchronous code and stock consumers can use it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from typing import Any

import msgspec
from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer
from redis import RedisError

from accounts.base.redis import get_redis
from signaling.hub.hub import CONTROL_TOPIC, NOBODY, Envelope, Hub
from signaling.wire import protocol

logger = logging.getLogger(__name__)


class Mailbox:
    """The local channels of a stock group, or one channel, as a member of a topic."""

    def __init__(self, layer: HubLayer) -> None:
        self.connection = ""
        self.facts: dict[str, str] = {}
        self.channels: set[str] = set()
        self._layer = layer

    def push(self, text: str) -> None:
        message = msgspec.json.decode(text)
        for channel in list(self.channels):
            self._layer.put(channel, message)

    def resync(self) -> None:
        """Stock consumers know no resync."""

    def kick(self, code: int, reason: str = "") -> None:
        """Stock consumers are not kicked."""


class HubLayer(BaseChannelLayer):
    """Channels' layer interface over the hub, plus what the domain rings by.

    `publish_soon` and `kick_soon` may be called from any thread of any process and never
    raise: a lost push is healed by the client.
    """

    extensions = ["groups", "flush"]

    def __init__(self, expiry: int = 60, capacity: int = 100, **options: Any) -> None:
        super().__init__(expiry=expiry, capacity=capacity, **options)
        self._hub: Hub | None = None
        self._queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._mailboxes: dict[str, Mailbox] = defaultdict(lambda: Mailbox(self))
        self.publishes_failed = 0

    @property
    def hub(self) -> Hub:
        """The hub of the running event loop, started on first use."""
        loop = asyncio.get_running_loop()
        if self._hub is None or self._hub.loop is not loop:
            self._hub = Hub()
            self._queues.clear()
            self._mailboxes.clear()
        return self._hub

    @property
    def running_hub(self) -> Hub | None:
        """The hub, if this process has one that can still be reached."""
        hub = self._hub
        return hub if hub is not None and hub.loop.is_running() else None

    def publish_soon(self, topic: str, event: dict[str, Any]) -> None:
        """Send an event frame to the topic, from synchronous code."""
        text = protocol.encode(event)
        if (hub := self.running_hub) is not None:
            hub.loop.call_soon_threadsafe(hub.publish, topic, text)
        else:
            self._publish_directly(topic, msgspec.json.encode(Envelope(text)))

    def kick_soon(self, match: dict[str, str], code: int) -> None:
        """Close the sockets whose facts match, from synchronous code."""
        if (hub := self.running_hub) is not None:
            hub.loop.call_soon_threadsafe(hub.kick, match, code)
        else:
            order = msgspec.json.encode({"match": match, "code": code})
            self._publish_directly(CONTROL_TOPIC, order)

    def _publish_directly(self, topic: str, content: bytes) -> None:
        try:
            get_redis().publish(topic, NOBODY.encode() + content)
        except RedisError:
            self.publishes_failed += 1
            logger.warning("An event to %s was lost: Redis is away", topic)

    # What follows is Channels' own interface.

    async def new_channel(self, prefix: str = "specific") -> str:
        return f"{prefix}.{self.hub.node}!{secrets.token_hex(8)}"

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        self.require_valid_channel_name(channel)
        if channel in self._queues:
            if self._queues[channel].full():
                raise ChannelFull
            self.put(channel, message)
        else:
            self._publish(f"channel.{channel}", message)

    async def receive(self, channel: str) -> dict[str, Any]:
        if channel not in self._queues:
            self._queues[channel] = asyncio.Queue(self.capacity)
            await self._join(f"channel.{channel}", channel)
        return await self._queues[channel].get()

    async def group_add(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        self._queues.setdefault(channel, asyncio.Queue(self.capacity))
        await self._join(f"group.{group}", channel)

    async def group_discard(self, group: str, channel: str) -> None:
        topic = f"group.{group}"
        mailbox = self._mailboxes[topic]
        mailbox.channels.discard(channel)
        if not mailbox.channels:
            self.hub.detach(topic, mailbox)
            del self._mailboxes[topic]

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.require_valid_group_name(group)
        self._publish(f"group.{group}", message)

    async def flush(self) -> None:
        self._queues.clear()
        self._mailboxes.clear()

    def put(self, channel: str, message: dict[str, Any]) -> None:
        """Hand a message to a local channel; a full one loses it, as Channels allows."""
        queue = self._queues.get(channel)
        if queue is not None and not queue.full():
            queue.put_nowait(message)

    def _publish(self, topic: str, message: dict[str, Any]) -> None:
        self.hub.publish(topic, msgspec.json.encode(message).decode())

    async def _join(self, topic: str, channel: str) -> None:
        mailbox = self._mailboxes[topic]
        mailbox.channels.add(channel)
        await self.hub.attach(topic, mailbox)
