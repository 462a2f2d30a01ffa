"""Who may open a socket: told by the handshake alone, before anything is looked up.

Handshakes are counted by address, in two buckets: what brings a ticket that we signed, and what
does not. Whoever floods us with nonsense fills the second one; their neighbours behind the same
address bring tickets and come in by the first.
"""

from __future__ import annotations

import random
from typing import Any

from django.conf import settings

from accounts.base.breaker import Breaker
from accounts.base.sealing import BadToken
from accounts.limits import rate_limits
from rooms.conversations.tickets import TicketClaims, read_ticket_claims, was_signed_here
from signaling.presence.pipeline import Command, Pipeline
from signaling.presence.presence import FAILURES
from signaling.wire import protocol
from signaling.wire.protocol import CLOSE_CODES

# Who is sent away comes back spread over one period of the limit, at most over so long.
SPREAD_AT_MOST_S = 20.0
REDIS_PAUSE_S = 2.0
# Addresses remembered as refused, so that a flood costs no question each.
MAX_REFUSED = 10_000


class HandshakeRefused(Exception):
    """The socket may not stay; carries the close code, and when to come back if it may."""

    def __init__(self, code: str, retry_after_ms: int | None = None) -> None:
        super().__init__(code)
        self.close_code = CLOSE_CODES[code]
        self.retry_after_ms = retry_after_ms


class HandshakeLimits:
    """How many handshakes are taken from one address; with Redis away all of them."""

    def __init__(self, url: str) -> None:
        self._pipe = Pipeline(url)
        self._redis_away = Breaker(REDIS_PAUSE_S)
        # Until when a bucket is known to be full, by name and address.
        self._refused: dict[tuple[str, str], float] = {}

    async def count(self, name: str, address: str, now: float) -> None:
        """Count one of this address; `now` in seconds of a monotonic clock.

        Raises HandshakeRefused (crowded).
        """
        wait_s = self._refused.get((name, address), 0.0) - now
        if wait_s <= 0:
            wait_s = await self._ask(name, address)
            if wait_s <= 0:
                return
            self._remember(name, address, now, wait_s)
        _, period_s = rate_limits.parse_rate(settings.RATE_LIMITS[name])
        spread_s = random.uniform(0, min(period_s, SPREAD_AT_MOST_S))
        raise HandshakeRefused("crowded", int((wait_s + spread_s) * 1000) + 1)

    async def _ask(self, name: str, address: str) -> float:
        """Return how many seconds the address has to wait."""
        if self._redis_away.is_open:
            return 0.0
        try:
            decision = await rate_limits.check_with(self._run, name, address)
        except FAILURES:
            self._redis_away.trip()
            return 0.0
        return 0.0 if decision.allowed else max(decision.retry_after_s, 0.001)

    async def _run(self, command: Command) -> Any:
        return (await self._pipe.run([command]))[0]

    def _remember(self, name: str, address: str, now: float, wait_s: float) -> None:
        if len(self._refused) >= MAX_REFUSED:
            self._refused = {who: until for who, until in self._refused.items() if until > now}
        if len(self._refused) < MAX_REFUSED:
            self._refused[name, address] = now + wait_s

    async def close(self) -> None:
        await self._pipe.close()


async def let_in(scope: dict[str, Any], limits: HandshakeLimits, now: float) -> TicketClaims:
    """Return what the handshake's ticket lets in. Raises HandshakeRefused."""
    token = find_token(scope)
    claims = read_claims(token)
    is_signed = claims is not None or was_signed_here(token)
    name = "handshake" if is_signed else "handshake_unsigned"
    await limits.count(name, address_of(scope), now)
    if protocol.VERSION not in scope["subprotocols"] or not origin_is_ours(scope):
        raise HandshakeRefused("bad_protocol")
    if claims is None:
        raise HandshakeRefused("bad_ticket")
    return claims


async def show_out(scope: dict[str, Any], send: Any, refusal: HandshakeRefused) -> None:
    """Accept and close: a refused handshake tells a browser nothing.

    Nor does an accepted one without a sub-protocol that was asked for: Chromium then reports 1006.
    """
    offered = protocol.VERSION in scope["subprotocols"]
    accept = {"type": "websocket.accept"}
    await send(accept | {"subprotocol": protocol.VERSION} if offered else accept)
    if refusal.retry_after_ms is not None:
        data = {"code": refusal.close_code, "retry_after_ms": refusal.retry_after_ms}
        await send(
            {"type": "websocket.send", "text": protocol.event("session.closing", None, data)}
        )
    await send({"type": "websocket.close", "code": refusal.close_code})


def find_token(scope: dict[str, Any]) -> str:
    """Return the first ticket among the sub-protocols, else ""."""
    tickets = (name for name in scope["subprotocols"] if name.startswith("ticket."))
    return str(next(tickets, "")).removeprefix("ticket.")


def read_claims(token: str) -> TicketClaims | None:
    """Return what a good ticket says."""
    try:
        return read_ticket_claims(token)
    except BadToken:
        return None


def address_of(scope: dict[str, Any]) -> str:
    """Return what the client is counted by: see rate_limits.read_address."""
    peer, *_ = scope.get("client") or [""]
    values = [v.decode("latin-1") for name, v in scope["headers"] if name == b"x-forwarded-for"]
    return rate_limits.read_address(str(peer or ""), ",".join(values).split(","))


def origin_is_ours(scope: dict[str, Any]) -> bool:
    """Browsers always send an Origin; programs have none and bring a ticket instead."""
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    allowed = settings.WS_ALLOWED_ORIGINS
    return all(origin in allowed for origin in origins)


def forget_handshake(scope: dict[str, Any]) -> None:
    """Let go of what only the handshake needed: the routers hold the scope until the end."""
    scope["headers"].clear()
    scope.clear()
