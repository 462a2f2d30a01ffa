"""How much may come in: a body is refused by its length before it is read, and without a length
cut off while it is read. What a view takes stands at the view (`accounts.base.bodies`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.urls import Resolver404, resolve

from accounts.base.bodies import BODY_MAX_BYTES, REFUSED, find_most

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def allow(path: str, content_type: str, length: int | None) -> int:
    """Return how many bytes a body at this address may have; a large one has to say its length."""
    if length is not None and length <= BODY_MAX_BYTES:
        # Views with less say so themselves; so much is nothing to spool.
        return BODY_MAX_BYTES
    try:
        view = resolve(path).func
    except Resolver404:
        return BODY_MAX_BYTES
    most = find_most(view, content_type.partition(";")[0].strip().lower())
    return most if length is not None else min(most, BODY_MAX_BYTES)


class BodyLimit:
    """Stands before the pages; whatever is over comes to them as an empty body that is marked."""

    def __init__(self, pages: Application) -> None:
        self.pages = pages

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        length = read_length(headers.get(b"content-length"))
        if length == 0 or (length is None and b"transfer-encoding" not in headers):
            await self.pages(scope, receive, send)
            return
        kind = headers.get(b"content-type", b"").decode("latin-1")
        most = allow(scope["path"], kind, length)
        if length is not None and length > most:
            scope[REFUSED] = True
        await self.pages(scope, _Bounded(scope, receive, most).receive, send)


class _Bounded:
    """An ASGI `receive` that ends the body where it is over."""

    def __init__(self, scope: dict[str, Any], receive: Receive, most: int) -> None:
        self.scope, self.original, self.left, self.is_over = scope, receive, most, False

    async def receive(self) -> Message:
        if self.is_over:
            # Asking for more would have uvicorn ask the client for it (100 Continue). The
            # answer is short; Django cancels this once it has it.
            await asyncio.Event().wait()
        if self.scope.get(REFUSED):
            return self._end()
        message = await self.original()
        self.left -= len(message.get("body", b""))
        if self.left >= 0:
            return message
        self.scope[REFUSED] = True
        return self._end()

    def _end(self) -> Message:
        self.is_over = True
        return {"type": "http.request", "body": b"", "more_body": False}


def read_length(value: bytes | None) -> int | None:
    """Return the Content-Length, if it is one."""
    return int(value) if value is not None and value.isdigit() else None
