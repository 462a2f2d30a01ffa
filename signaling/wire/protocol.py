"""The wire in types: what a client may say and how the server answers.

docs/protocol.md is the same in words, static/signaling/wire/protocol.js the same for browsers;
tests keep the three equal.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from rooms.base import close_codes

VERSION = "doorbell.v1"

MAX_FRAME_BYTES = 16 * 1024
# For SDP, and because 8,000 Chinese characters have 24,000 bytes, escaped ones 48,000.
MAX_LARGE_FRAME_BYTES = 64 * 1024
LARGE_KINDS = frozenset({"signal", "message.post"})
MAX_BODY_CHARS = 8_000
MAX_SDP_CHARS = 48 * 1024
PAGE_MESSAGES = 200

CLOSE_CODES = {
    name.lower(): code for name, code in vars(close_codes).items() if isinstance(code, int)
}

ERROR_CODES = (
    "bad_frame",
    "frame_too_large",
    "unknown_command",
    "bad_command",
    "not_in_room",
    "room_closed",
    "message_too_long",
    "client_id_reused",
    "webrtc_disabled",
    "rate_limited",
    "limit_reached",
    "unavailable",
    "internal",
)

EVENTS = (
    "participant.joined",
    "participant.left",
    "participant.changed",
    "message.posted",
    "message.read",
    "typing",
    "signal",
    "room.changed",
    "room.closed",
    "guest.arrived",
    "owner.called",
    "owner.available",
    "session.resync",
    "session.closing",
)

Id = Annotated[str, Meta(min_length=8, max_length=36)]
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Path = Literal["host", "srflx", "prflx", "relay", "server"]


class ProtocolError(Exception):
    """A frame the wire does not know; the socket lives on."""

    def __init__(self, code: str, ref: int | None = None, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.ref = ref
        self.field = field


class Frame(Struct, forbid_unknown_fields=True):
    """The envelope of every frame from a client."""

    kind: Annotated[str, Meta(max_length=40)]
    ref: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Command(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every command about a room may carry."""

    room: Id | None = None


class RoomSync(Command):
    since: Seq = 0
    before: Seq = 0


class RoomLeave(Command):
    pass


class PostMessage(Command):
    client_id: UUID
    body: str
    to: Annotated[list[Id], Meta(max_length=200)] | None = None


class ReadMessage(Command):
    seq: Seq = 0
    delivered_seq: Seq = 0
    client_ids: Annotated[list[UUID], Meta(max_length=100)] | None = None


class Typing(Command):
    on: bool = True


class Description(Struct, forbid_unknown_fields=True):
    """RTCSessionDescriptionInit."""

    type: Literal["offer", "answer", "pranswer", "rollback"]
    sdp: Annotated[str, Meta(max_length=MAX_SDP_CHARS)] = ""


class Candidate(Struct, omit_defaults=True):
    """RTCIceCandidateInit; what browsers may add later is dropped, not refused."""

    candidate: Annotated[str, Meta(max_length=2_048)] = ""
    sdpMid: Annotated[str, Meta(max_length=64)] | None = None  # noqa: N815
    sdpMLineIndex: Annotated[int, Meta(ge=0, le=65_535)] | None = None  # noqa: N815
    usernameFragment: Annotated[str, Meta(max_length=256)] | None = None  # noqa: N815


class Signal(Command):
    to: Id
    connection: Id | None = None
    epoch: Seq | None = None
    description: Description | msgspec.UnsetType = msgspec.UNSET
    candidate: Candidate | None | msgspec.UnsetType = msgspec.UNSET


class ReportTransport(Command):
    to: Id
    path: Path
    rtt_ms: Annotated[float, Meta(ge=0, le=600_000)] | None = None


class Ping(Struct, forbid_unknown_fields=True):
    heads: Annotated[dict[Id, Seq], Meta(max_length=200)] | None = None
    received: Annotated[int, Meta(ge=0)] | None = None


class InboxSync(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=200)] | None = None
    status: Literal["open", "quarantine", "closed"] = "open"


# Client words are looked up here and nowhere else.
ROOM_COMMANDS: dict[str, type[Struct]] = {
    "room.sync": RoomSync,
    "room.leave": RoomLeave,
    "message.post": PostMessage,
    "message.read": ReadMessage,
    "typing": Typing,
    "signal": Signal,
    "transport.report": ReportTransport,
    "ping": Ping,
}
ACCOUNT_COMMANDS: dict[str, type[Struct]] = {
    **ROOM_COMMANDS,
    "inbox.sync": InboxSync,
    "room.watch": RoomSync,
    "room.unwatch": RoomLeave,
}

_frames = msgspec.json.Decoder(Frame)
_decoders = {kind: msgspec.json.Decoder(shape) for kind, shape in ACCOUNT_COMMANDS.items()}
_encoder = msgspec.json.Encoder(uuid_format="canonical")


def decode_frame(text: str) -> Frame:
    """Return the envelope. Raises ProtocolError bad_frame or frame_too_large."""
    # Characters first: they never exceed bytes, so a huge frame is not encoded to be measured.
    if len(text) > MAX_LARGE_FRAME_BYTES:
        raise ProtocolError("frame_too_large")
    try:
        frame = _frames.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise ProtocolError("bad_frame") from None
    if len(text) > MAX_FRAME_BYTES // 4:
        most = MAX_LARGE_FRAME_BYTES if frame.kind in LARGE_KINDS else MAX_FRAME_BYTES
        if len(text.encode("utf-8", "surrogatepass")) > most:
            raise ProtocolError("frame_too_large", frame.ref)
    return frame


def decode_command(frame: Frame, known: dict[str, type[Struct]]) -> Any:
    """Return the frame's command. Raises ProtocolError unknown_command or bad_command."""
    if frame.kind not in known:
        raise ProtocolError("unknown_command", frame.ref)
    try:
        return _decoders[frame.kind].decode(frame.data)
    except msgspec.ValidationError as error:
        raise ProtocolError("bad_command", frame.ref, _field_of(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise ProtocolError("bad_frame", frame.ref) from None


def _field_of(error: msgspec.ValidationError) -> str:
    """msgspec names the place at the end: "… - at `$.body`"; unknown fields in backquotes."""
    words = str(error).split("`")
    return words[-2].removeprefix("$.").removeprefix("$") if len(words) > 2 else ""


def encode(frame: dict[str, Any]) -> str:
    """Return the frame as the text that goes over the socket."""
    return _encoder.encode(frame).decode()


def reply(ref: int | None, data: Any) -> str:
    return encode({"ref": ref, "ok": data})


def error(ref: int | None, code: str, *, temporary: bool = False, **more: Any) -> str:
    return encode({"ref": ref, "error": {"code": code, "temporary": temporary, **more}})


def event(name: str, room: str | None, data: dict[str, Any]) -> str:
    frame: dict[str, Any] = {"event": name, "data": data}
    if room is not None:
        frame["room"] = room
    return encode(frame)
