"""What the server says, in types: answers and events.

The server writes these as plain dictionaries, because building objects would cost the hot
path; tests compare what it really says with these shapes.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from signaling.wire.protocol import Candidate, Description, Path

Kind = Literal["guest", "member", "integration"]
Storage = Literal["keep", "none"]
Transport = Literal["direct", "relay", "server"]
# Inside a room it is open or closed; in quarantine it is only for the account.
Status = Literal["open", "quarantine", "closed"]
Mode = Literal["private", "shared"]
# Unix milliseconds, UTC.
Moment = Annotated[int, Meta(ge=0)]


class ServerStruct(Struct, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """Whatever the server says; nothing is said that is not written here."""


# --- What is inside answers and events


class ParticipantSelf(ServerStruct):
    participant: str
    connection: str
    kind: Kind
    name: str


class Brand(ServerStruct):
    name: str
    color: str
    greeting: str
    offline_text: str


class RoomState(ServerStruct):
    id: str
    status: Status
    # Closed by the clock: the next message opens it.
    idle: bool
    mode: Mode
    name: str
    last_seq: int
    removed_seq: int
    property: Brand


class ParticipantState(ServerStruct):
    participant: str
    kind: Kind
    name: str
    connections: list[str]
    read_seq: int
    delivered_seq: int
    transport: str
    gone: bool
    ended: list[str] | UnsetType = UNSET


class Policies(ServerStruct):
    storage: Storage
    transport: Transport
    relay_available: bool


class IceServer(ServerStruct):
    urls: list[str]
    username: str | UnsetType = UNSET
    credential: str | UnsetType = UNSET


class AttachmentData(ServerStruct):
    """A file that came with a message; `url` is null once it was removed.

    `state` is "ready", "processing" until it may be read, or why it was taken away.
    """

    id: UUID
    name: str
    content_type: str
    size_bytes: int
    url: str | None
    state: Literal["ready", "processing", "damaged", "too_many_pixels", "infected"]


class MessageData(ServerStruct):
    """A message; `seq` is null where nothing is stored."""

    seq: int | None
    client_id: UUID
    from_: str
    body: str
    at: Moment
    attachment: AttachmentData | UnsetType = UNSET


class MemberSelf(ServerStruct):
    membership: str
    name: str
    role: str
    connection: str


class AccountName(ServerStruct):
    id: str
    name: str


class MemberState(ServerStruct):
    membership: str
    name: str
    online: bool


class TransportPath(ServerStruct):
    """How text travels to participant `to`."""

    to: str
    path: Path
    rtt_ms: float | None


# --- Answers


class EmptyReply(ServerStruct):
    pass


class RoomSyncReply(ServerStruct):
    self: ParticipantSelf
    room: RoomState
    participants: list[ParticipantState]
    policies: Policies
    ice_servers: list[IceServer]
    messages: list[MessageData]
    more: bool
    called_at: Moment | None
    available: bool
    resume: str


class OlderPage(ServerStruct):
    messages: list[MessageData]
    more: bool


class PostedReply(ServerStruct):
    seq: int
    at: Moment


class RelayedReply(ServerStruct):
    seq: None
    at: Moment
    reached: list[str]


class ReadReply(ServerStruct):
    seq: int
    delivered_seq: int


class Pong(ServerStruct):
    at: Moment
    heads: dict[str, int]


class InboxRoom(ServerStruct):
    id: str
    status: Status
    mode: Mode
    name: str
    property: str
    property_name: str
    link_label: str
    last_seq: int
    begun: bool
    read_seq: int
    unread: int
    preview: str
    activity_at: Moment
    online: bool
    tags: list[str] | UnsetType = UNSET


class InboxReply(ServerStruct):
    self: MemberSelf
    account: AccountName
    rooms: list[InboxRoom]
    members: list[MemberState]
    next: str | None
    resume: str


class Refusal(ServerStruct):
    """Why a command was refused; the codes are in docs/protocol.md."""

    code: str
    temporary: bool
    retry_after_ms: int | UnsetType = UNSET
    limit: str | UnsetType = UNSET
    field: str | UnsetType = UNSET


# --- Events


class ParticipantJoined(ServerStruct):
    participant: str
    kind: Kind
    name: str
    connection: str
    connections: list[str]


class ParticipantLeft(ServerStruct):
    participant: str
    gone: bool | UnsetType = UNSET


class ParticipantChanged(ServerStruct):
    """A joined connection of somebody already here carries all of it, else what changed."""

    participant: str
    kind: Kind | UnsetType = UNSET
    name: str | UnsetType = UNSET
    connection: str | UnsetType = UNSET
    connections: list[str] | UnsetType = UNSET
    ended: list[str] | UnsetType = UNSET
    transport: TransportPath | UnsetType = UNSET


class MessageRead(ServerStruct):
    from_: str
    seq: int | UnsetType = UNSET
    delivered_seq: int | UnsetType = UNSET
    client_ids: list[UUID] | UnsetType = UNSET


class TypingData(ServerStruct):
    from_: str
    on: bool


class SignalData(ServerStruct):
    from_: str
    connection: str
    epoch: int | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    candidate: Candidate | None | UnsetType = UNSET


class RoomChanged(ServerStruct):
    id: str | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    name: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    online: bool | UnsetType = UNSET
    begun: bool | UnsetType = UNSET
    last_seq: int | UnsetType = UNSET
    preview: str | UnsetType = UNSET
    activity_at: Moment | UnsetType = UNSET
    from_: str | UnsetType = UNSET
    from_member: bool | UnsetType = UNSET
    member: str | UnsetType = UNSET
    read_by: str | UnsetType = UNSET
    read_seq: int | UnsetType = UNSET


class GuestArrived(ServerStruct):
    arrival: str
    room: str
    name: str
    property: str
    property_name: str
    link_label: str
    begun: bool
    at: Moment
    status: Status


class RoomClosedData(ServerStruct):
    reason: Literal["idle"] | UnsetType = UNSET


class OwnerCalled(ServerStruct):
    at: Moment
    kind: str


class OwnerAvailable(ServerStruct):
    available: bool


class SessionClosing(ServerStruct):
    code: int
    retry_after_ms: int
    limit: str | UnsetType = UNSET


ANSWERS: dict[str, list[type[Struct]]] = {
    "room.sync": [RoomSyncReply, OlderPage],
    "room.leave": [EmptyReply],
    "message.post": [PostedReply, RelayedReply],
    "message.read": [ReadReply, EmptyReply],
    "typing": [EmptyReply],
    "signal": [EmptyReply],
    "transport.report": [EmptyReply],
    "ping": [Pong],
    "inbox.sync": [InboxReply],
    "room.watch": [RoomSyncReply, OlderPage],
    "room.unwatch": [EmptyReply],
}
EVENTS: dict[str, type[Struct]] = {
    "participant.joined": ParticipantJoined,
    "participant.left": ParticipantLeft,
    "participant.changed": ParticipantChanged,
    "message.posted": MessageData,
    "message.read": MessageRead,
    "typing": TypingData,
    "signal": SignalData,
    "room.changed": RoomChanged,
    "room.closed": RoomClosedData,
    "guest.arrived": GuestArrived,
    "owner.called": OwnerCalled,
    "owner.available": OwnerAvailable,
    "session.resync": EmptyReply,
    "session.closing": SessionClosing,
}
WITHOUT_ROOM = {"owner.available", "session.resync", "session.closing"}
