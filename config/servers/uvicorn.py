"""Uvicorn's connections as `--http` and `--ws` name them: requests that have to come in in time,
and WebSockets without what uvicorn keeps of the handshake.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from accounts.base.bodies import REFUSED
from config.servers.patience import Patience
from config.servers.receive_queue import ReceiveQueue

# So long may last words wait to be read; uvicorn itself would wait for ever.
LINGER_S = 3.0


class UvicornRequests(H11Protocol):
    """A connection that cuts who is slow, and ends soon after a body was refused.

    Sizes are bounded by the application itself (config/servers/bodies.py): uvicorn reads no
    further than it asks.
    """

    patience: Patience

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.patience = Patience(self.cut)
        self.patience.await_headers()

    def cut(self) -> None:
        is_being_refused = self.cycle and self.cycle.scope.get(REFUSED)
        # What is not asked for any more cannot be late; on_response_complete lingers.
        if not is_being_refused or self.cycle.response_complete:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.patience.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.patience.count(len(data))
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self.patience.await_body()
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            self.patience.await_headers()
        else:
            self.patience.rest()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self.patience.end()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        is_cut_short = self.conn.their_state is h11.SEND_BODY
        super().on_response_complete()
        if is_cut_short and self.cycle.scope.get(REFUSED):
            self.patience.linger()


class UvicornProtocol(WebSocketsSansIOProtocol):
    """Holds a third less memory while it idles, and cuts who does not read its last words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = ReceiveQueue()  # type: ignore[assignment]  # all that is asked of a Queue here

    def start_keepalive(self) -> None:
        """The first thing done once the client is let in: scope and headers have served."""
        super().start_keepalive()
        self.scope.clear()  # type: ignore[attr-defined]  # a TypedDict, but really a dict
        self.request.headers.clear()
        self.response.headers.clear()

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._cut_soon()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_soon()

    def _cut_soon(self) -> None:
        """Closing alone sends what is buffered first, and a client may never take it."""
        if not self.disconnected:
            self.loop.call_later(LINGER_S, self.transport.abort)
