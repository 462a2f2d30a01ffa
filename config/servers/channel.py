"""Requests as they come in on Daphne: bounded in size before they are spooled, and in time.

Daphne asks its application once a body is whole, and until then writes it to disk. So what is
too large has to be known here: the request is handed on at once, with an empty body and a mark.
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol

from config.servers.bodies import allow
from config.servers.patience import Patience


class DaphneRequest(WebRequest):
    """A request whose body is not kept once it is over."""

    is_over = False
    left_bytes = 0
    content: Any

    def gotLength(self, length: int | None) -> None:  # noqa: N802  # Twisted's name
        path = unquote(self.channel.get_target().partition(b"?")[0].decode("latin-1"))
        kind = self.requestHeaders.getRawHeaders("content-type", [""])[0]
        # No header of a length comes as 0, chunks as None.
        self.left_bytes = allow(path, kind, length)
        self.is_over = length is not None and length > self.left_bytes
        super().gotLength(0 if self.is_over else length)
        if self.is_over:
            self.requestHeaders.removeHeader("expect")

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.left_bytes -= len(data)
        if self.is_over or self.left_bytes >= 0:
            super().handleContentChunk(data)
            return
        self.is_over = True
        self.content.close()
        self.content = io.BytesIO()
        self.channel.hand_on()


class DaphneChannel(HTTPChannel):
    """A connection that cuts who is slow, and drops what comes after a refusal."""

    patience: Patience
    is_refused = False

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self.patience = Patience(self.cut)
        self.patience.await_headers()

    def cut(self) -> None:
        transport: Any = self.transport
        transport.abortConnection()

    def get_target(self) -> bytes:
        target: Any = self._path
        return bytes(target)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.is_refused:
            return
        self.patience.count(len(data))
        if not self._handlingRequest and self._transferDecoder is None:
            self.patience.await_headers()
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:  # noqa: N802
        super().allHeadersReceived()
        if self.requests[-1].is_over:
            self.refuse()
            # What calls this takes it for a request without a body, and hands it on.
            self.length = 0
        elif self.length != 0:
            self.patience.await_body()

    def hand_on(self) -> None:
        """The body went over while it came: let the application say so."""
        self.refuse()
        self.allContentReceived()

    def refuse(self) -> None:
        self.is_refused = True
        self.persistent = False
        self.requests[-1].responseHeaders.setRawHeaders(b"Connection", [b"close"])

    def allContentReceived(self) -> None:  # noqa: N802
        # The decoder of chunks may still find an end after a refusal.
        if not self._handlingRequest:
            self.patience.rest()
            super().allContentReceived()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        if not self.is_refused:
            super().rawDataReceived(data)

    def loseConnection(self) -> None:  # noqa: N802
        if self.is_refused:
            producer: Any = self._networkProducer
            producer.resumeProducing()
            self.patience.linger()
        else:
            super().loseConnection()

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802
        self.patience.end()
        super().connectionLost(reason)


class DaphneConnections(HTTPFactory):
    def protocol(self) -> Any:
        return _GenericHTTPChannelProtocol(DaphneChannel())

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = DaphneRequest
        return protocol
