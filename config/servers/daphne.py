"""Daphne with sockets that take less memory and time: `python -m config.servers.daphne`.

What Daphne, Twisted and Autobahn keep of every handshake, for as long as the socket lives, is
let go; so is a log line about every frame that nobody reads. Requests are bounded while they
come in (config/servers/channel.py).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import autobahn.twisted.websocket
import autobahn.websocket.protocol
import daphne.server
from daphne.cli import CommandLineInterface
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from accounts.base.bodies import REFUSED
from config.servers.channel import DaphneConnections
from config.servers.receive_queue import ReceiveQueue


class DaphneProtocol(WebSocketProtocol):
    """A WebSocket that forgets its handshake once it is open."""

    def onOpen(self) -> None:  # noqa: N802  # Autobahn's name
        super().onOpen()
        self.scope.clear()
        self.http_headers.clear()
        self.http_request_data = self.http_response_data = b""
        self.websocket_protocols.clear()
        # The HTTP channel stays behind as the transport's producer, and with it the request.
        self.transport.producer.requests.clear()


class DaphneServer(Server):
    def create_application(self, protocol: Any, scope: dict[str, Any]) -> ReceiveQueue:
        """Start the application for a request or socket; return where its messages go."""
        inbox = ReceiveQueue()
        protocol.scope = scope
        if getattr(protocol, "is_over", False):
            scope[REFUSED] = True
        scope.setdefault("asgi", {"version": "3.0"})
        send = partial(self.handle_reply, protocol)
        running = asyncio.ensure_future(self.application(scope, inbox.get, send))
        self.connections[protocol]["application_instance"] = running
        return inbox


def name_plainly(thing: object) -> object:
    """Stand in for Autobahn's colours.

    It names and colours each frame it sends before it asks whether debug lines are wanted: a
    fifth of what a frame costs.
    """
    return thing


def main() -> None:
    for module in (autobahn.websocket.protocol, autobahn.twisted.websocket):
        vars(module).update(hltype=name_plainly, hlval=name_plainly)
    WebSocketFactory.protocol = DaphneProtocol
    daphne.server.HTTPFactory = DaphneConnections
    CommandLineInterface.server_class = DaphneServer
    CommandLineInterface.entrypoint()


if __name__ == "__main__":
    main()
