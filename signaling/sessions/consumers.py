"""The socket's life: let in, move frames, let go. It decides nothing."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from channels.consumer import AsyncConsumer

from accounts.base.errors import RateLimited
from rooms.base import close_codes
from signaling.sessions import handlers
from signaling.sessions.handshakes import HandshakeRefused, forget_handshake, let_in, show_out
from signaling.sessions.runtime import get_runtime
from signaling.sessions.session import Session, nothing
from signaling.wire import protocol
from signaling.wire.protocol import Frame, ProtocolError
from signaling.wire.refusals import FATAL, describe_error

# So many more refused frames than good ones, and the socket is closed as talking nonsense.
MAX_REFUSALS = 200


class SessionConsumer(AsyncConsumer):
    """One WebSocket. Channels routes to it; its receive loop is its own (no task per frame)."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()  # websocket.connect
        self.live = get_runtime()
        try:
            claims = await let_in(scope, self.live.handshakes, self.live.hub.loop.time())
        except HandshakeRefused as refusal:
            await show_out(scope, send, refusal)
            return
        await send({"type": "websocket.accept", "subprotocol": protocol.VERSION})
        forget_handshake(scope)
        session = self.session = Session(self.live, claims, send)
        task = cast("asyncio.Task[None]", asyncio.current_task())
        session.on_gone = task.cancel
        self.live.add(session)
        try:
            await self.read_forever(receive)
        except asyncio.CancelledError:
            if not session.outbox.closed:
                raise
            task.uncancel()
        finally:
            session.on_gone = nothing
            session.outbox.abandon()
            await asyncio.shield(self.live.remove(session))

    async def read_forever(self, receive: Any) -> None:
        """Take one frame after the other until the client leaves."""
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            if not self.session.outbox.closed:
                await self.take(message.get("text"))

    async def take(self, text: str | None) -> None:
        """Answer one frame; whatever is wrong with it, the socket lives."""
        self.live.frames_in += 1
        frame = Frame(kind="")
        try:
            wait_s = self.session.frames.take()
            if wait_s:
                raise RateLimited(wait_s)
            if text is None:
                raise ProtocolError("bad_frame")
            frame = protocol.decode_frame(text)
            await self.carry_out(frame)
        except Exception as error:  # translated below; the loop must go on
            self.refuse(frame, error)
        else:
            self.session.refusals -= self.session.refusals > 0

    async def carry_out(self, frame: Frame) -> None:
        session = self.session
        known = protocol.ACCOUNT_COMMANDS if session.for_account else protocol.ROOM_COMMANDS
        command = protocol.decode_command(frame, known)
        if (relay := handlers.RELAYS.get(frame.kind)) is not None:
            self.answer(frame, relay(session, command))
        elif (wait := handlers.WAITS.get(frame.kind)) is not None:
            try:
                self.answer(frame, await wait(session, command))
            finally:
                session.outbox.release()
        else:
            asyncio.ensure_future(self.on_the_side(frame, command))

    async def on_the_side(self, frame: Frame, command: Any) -> None:
        try:
            self.answer(frame, await handlers.SIDE_JOBS[frame.kind](self.session, command))
        except Exception as error:  # as in take
            self.refuse(frame, error)

    def answer(self, frame: Frame, data: dict[str, Any] | None) -> None:
        if frame.ref is not None:
            self.session.outbox.reply(protocol.reply(frame.ref, data))

    def refuse(self, frame: Frame, error: Exception) -> None:
        """Say what was wrong with a frame: the WebSocket edge of all errors."""
        code, temporary, more = describe_error(error)
        ref = error.ref if isinstance(error, ProtocolError) and error.ref else frame.ref
        self.session.outbox.reply(protocol.error(ref, code, temporary=temporary, **more))
        self.session.refusals += 1
        if code in FATAL:
            self.session.kick(FATAL[code])
        elif self.session.refusals > MAX_REFUSALS:
            self.session.kick(close_codes.BAD_PROTOCOL)
