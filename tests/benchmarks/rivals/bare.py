"""The least a room can be in ASGI: no ids, no limits, no Redis. What is left is the server."""

from __future__ import annotations

from collections import defaultdict

rooms = defaultdict(set)


async def application(scope, receive, send):
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    room = rooms[scope["path"]]
    room.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            for member in list(room):
                if member is not send or scope["query_string"] == b"all":
                    await member({"type": "websocket.send", "text": message["text"]})
    finally:
        room.discard(send)
