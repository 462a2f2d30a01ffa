"""What one socket is and where it takes part."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings

from accounts.limits.quotas import LocalCount
from accounts.sign_in.sessions import mark_session_key
from rooms.base import close_codes
from rooms.conversations.services.messages import Sender
from rooms.conversations.tickets import TicketClaims
from signaling.hub.hub import Hub, resync_frame
from signaling.presence.presence import PresenceEntry
from signaling.sessions.outbox import Outbox, Send
from signaling.wire.protocol import event


def nothing() -> None:
    """What a socket does when its client goes that nobody waits for."""


class TokenBucket:
    """A token bucket: `rate` a second on average, `burst` at once."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = time.monotonic()

    def take(self) -> float:
        """Take one; return 0.0, or the seconds until there is one again."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1.0:
            self._left -= 1.0
            return 0.0
        return (1.0 - self._left) / self._rate


@dataclass(slots=True)
class JoinedRoom:
    """A room this socket takes part in."""

    sender: Sender
    topic: str
    kind: str
    name: str
    transport: str
    entries: list[PresenceEntry]
    # Whether the room was a conversation when the socket came in.
    begun: bool
    reported: dict[str, str] = field(default_factory=dict)
    # Of what was passed on without being stored; looked up with the first text.
    counts: tuple[LocalCount, ...] | None = None

    @property
    def me(self) -> str:
        return self.sender.participant_uuid


class SessionHost(Protocol):
    """What a socket needs of the process it is in; see runtime.Runtime."""

    hub: Hub
    overflows: int

    def keep_out(self, session: Session) -> None: ...


class Session:
    """One socket: its way out, its facts, its rooms. A hub.Subscriber."""

    __slots__ = (
        "connection",
        "counted",
        "desk",
        "claims",
        "facts",
        "frames",
        "home",
        "messages",
        "on_gone",
        "outbox",
        "refusals",
        "replaced",
        "rooms",
        "topics",
    )

    def __init__(self, home: SessionHost, claims: TicketClaims, send: Send) -> None:
        self.home = home
        self.claims = claims
        self.connection = claims.connection
        self.facts: dict[str, str] = {
            name: value
            for name, value in (
                ("account", claims.account),
                ("room", claims.room),
                ("participant", claims.participant),
                ("membership", claims.membership),
                ("session", mark_session_key(claims.session)),
                ("key", claims.key),
            )
            if value
        }
        self.rooms: dict[str, JoinedRoom] = {}
        self.desk: PresenceEntry | None = None
        self.topics: set[str] = set()
        self.outbox = Outbox(send, self._gone)
        self.frames = TokenBucket(settings.WS_FRAMES_PER_S, settings.WS_FRAMES_BURST)
        self.messages = TokenBucket(settings.WS_MESSAGES_PER_S, settings.WS_MESSAGES_BURST)
        # Refused frames beyond good ones; nonsense beyond measure ends the socket.
        self.refusals = 0
        self.replaced = False
        # Whose sockets it is one of; see SocketCounts.
        self.counted: tuple[str, ...] = ()
        self.on_gone: Callable[[], object] = nothing

    @property
    def hub(self) -> Hub:
        return self.home.hub

    @property
    def person(self) -> str:
        """Whose socket it is, whichever of their connections."""
        return self.claims.participant or self.claims.membership or self.claims.key

    @property
    def credentials(self) -> list[str]:
        """The sign-in and key that this socket ends with; a guest has neither."""
        return [self.facts[name] for name in ("session", "key") if name in self.facts]

    @property
    def for_account(self) -> bool:
        """Whether this socket is an inbox rather than one room's."""
        return not self.claims.room

    def push(self, text: str) -> None:
        self.outbox.push(text)

    def resync(self) -> None:
        self.outbox.push(resync_frame())

    def kick(self, code: int, reason: str = "") -> None:
        if code == close_codes.BAD_PROTOCOL:
            self.home.keep_out(self)
        self.replaced = self.replaced or code == close_codes.SESSION_REPLACED
        self.outbox.close(code, reason)

    def send_away(self, code: int, retry_after_ms: int, *, limit: str = "") -> None:
        """Close the socket and say when to come back; `limit` is what was in the way."""
        data: dict[str, str | int] = {"code": code, "retry_after_ms": retry_after_ms}
        if limit:
            data["limit"] = limit
        # In a frame because Daphne sends no close reason; past what a sync holds back.
        self.outbox.reply(event("session.closing", None, data))
        self.outbox.close(code)

    async def attach(self, topic: str, address: str = "") -> None:
        self.topics.add(topic)
        await self.hub.attach(topic, self, address)

    def detach(self, topic: str) -> None:
        self.topics.discard(topic)
        self.hub.detach(topic, self)

    def _gone(self) -> None:
        if self.outbox.overflowed:
            self.home.overflows += 1
        self.on_gone()
