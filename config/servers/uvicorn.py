"""Uvicorn's WebSockets, without what it keeps of the handshake: `--ws` names this class."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from config.servers.receive_queue import ReceiveQueue

# So long may last words wait to be read; uvicorn itself would wait for ever.
LINGER_S = 3.0


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
