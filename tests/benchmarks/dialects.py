"""How each system is spoken to: come in, and the frame that is passed on to the room.

`recipients` is "all" (everybody in the room, the sender too) or "others".
"""

from __future__ import annotations

import asyncio
import json

from tests.benchmarks.websocket import Socket

CLIENT_ID = "0d4e9a1f-5b0c-4c5d-8a0b-123456789abc"
BODY = (
    "The quick brown fox jumps over the lazy dog. How much is the fish in your window today? " * 2
)
BODY = BODY[:100]
ROOM = "5b0c0d4e-9a1f-4c5d-8a0b-abcdefabcdef"
# What Doorbell's own event looks like, byte for byte; the bare room is sent exactly that.
EVENT = {
    "event": "message.posted",
    "room": ROOM,
    "data": {"seq": None, "client_id": CLIENT_ID, "from": ROOM, "body": BODY, "at": 1764000000000},
}
TYPING = {"event": "typing", "room": ROOM, "data": {"from": ROOM, "on": True}}
# Doorbell's window is 256 KiB; a busy client says what it has received well before.
CREDIT_BYTES = 96 * 1024


SYNC = b'{"ref":1,"kind":"room.sync","data":{}}'
RETRY_S = 0.5


def is_reply(text):
    return b'"ref":1' in text[:40]


def compact(frame):
    return json.dumps(frame, separators=(",", ":")).encode()


class Doorbell:
    """With "all" the sender asks for a reply, so that every member gets one frame."""

    async def enter(self, seat, name):
        extensions = seat.get("extensions", "")
        socket = await Socket.open(seat["port"], "/ws/", seat["protocols"], extensions)
        # As a client does: what is temporary is tried again.
        while b'"ok"' not in (answer := await socket.ask(SYNC, is_reply))[:20]:
            if b'"temporary":true' not in answer:
                raise ConnectionError(answer.decode())
            await asyncio.sleep(RETRY_S)
        socket.credited = 0
        return socket

    def frame(self, recipients, kind="text"):
        if kind == "typing":
            return compact({"kind": "typing", "data": {}})
        data = {"client_id": CLIENT_ID, "body": BODY}
        ref = {"ref": 7} if recipients == "all" else {}
        return compact({**ref, "kind": "message.post", "data": data})

    def keep_up(self, socket):
        """Tell what was received, as docs/protocol.md asks of a client under load."""
        if socket.octets - socket.credited > CREDIT_BYTES:
            socket.credited = socket.octets
            socket.send(b'{"kind":"ping","data":{"received":%d}}' % socket.frames)


class Plain:
    """The bare room passes on what it gets; stock Channels gets Doorbell's own command."""

    def __init__(self, composes):
        self.composes = composes

    async def enter(self, seat, name):
        query = "?all" if seat["recipients"] == "all" else ""
        path, extensions = f"/ws/{seat['room']}{query}", seat.get("extensions", "")
        return await Socket.open(seat["port"], path, extensions=extensions)

    def frame(self, recipients, kind="text"):
        if self.composes:
            return Doorbell().frame(recipients, kind)
        return compact(TYPING if kind == "typing" else EVENT)

    def keep_up(self, socket):
        """Nothing to say."""


class SocketIo:
    async def enter(self, seat, name):
        socket = await Socket.open(seat["port"], "/socket.io/?EIO=4&transport=websocket")
        await socket.ask(b"40", lambda got: got.startswith(b"40"))
        join = compact(["join", seat["room"]])
        await socket.ask(b"421" + join, lambda got: got.startswith(b"431"))
        return socket

    def frame(self, recipients, kind="text"):
        if kind == "typing":
            return b"42" + compact(["typing", {}])
        return b"42" + compact([recipients, {"client_id": CLIENT_ID, "body": BODY}])

    def keep_up(self, socket):
        """The server asks, every two minutes (its `pingInterval` here)."""


class Xmpp:
    """RFC 7395; a room passes every message back to its sender too."""

    OPEN = b"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>"
    AUTH = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
    BIND = (
        b"<iq xmlns='jabber:client' type='set' id='b1'>"
        b"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
    )
    SESSION = (
        b"<iq xmlns='jabber:client' type='set' id='s1'>"
        b"<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>"
    )

    async def enter(self, seat, name):
        socket = await Socket.open(seat["port"], seat["path"], "xmpp")
        has_features = lambda got: b"features" in got  # noqa: E731
        await socket.ask(self.OPEN, has_features)
        await socket.ask(self.AUTH, lambda got: b"<success" in got)
        await socket.ask(self.OPEN, has_features)
        await socket.ask(self.BIND, lambda got: b"b1" in got)
        await socket.ask(self.SESSION, lambda got: b"s1" in got)
        room = seat["room"]
        join = (
            f"<presence xmlns='jabber:client' to='{room}@rooms.localhost/{name}'>"
            "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
        )
        # The subject is the last that a newcomer is sent.
        await socket.ask(join.encode(), lambda got: b"<subject" in got)
        socket.room = room
        return socket

    def frame(self, recipients, kind="text"):
        return (
            b"<message xmlns='jabber:client' type='groupchat' id='" + CLIENT_ID.encode() + b"' "
            b"to='@room@@rooms.localhost'><body>" + BODY.encode() + b"</body></message>"
        )

    def keep_up(self, socket):
        """Nothing to say."""


DIALECTS = {
    "doorbell": Doorbell(),
    "bare": Plain(composes=False),
    "stock": Plain(composes=True),
    "socketio": SocketIo(),
    "xmpp": Xmpp(),
}
