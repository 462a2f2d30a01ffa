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
Status = Literal["open", "closed"]
Mode = Literal["private", "shared"]
# Unix milliseconds, UTC.
Moment = Annotated[int, Meta(ge=0)]


class Said(Struct, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """Whatever the server says; nothing is said that is not written here."""


# --- What is inside answers and events


class Self(Said):
    participant: str
    connection: str
    kind: Kind
    name: str


class Brand(Said):
    name: str
    color: str
    greeting: str
    offline_text: str


class RoomState(Said):
    id: str
    status: Status
    mode: Mode
    name: str
    last_seq: int
    property: Brand


class Person(Said):
    participant: str
    kind: Kind
    name: str
    connections: list[str]
    read_seq: int
    delivered_seq: int
    transport: str
    gone: bool
    ended: list[str] | UnsetType = UNSET


class Policies(Said):
    storage: Storage
    transport: Transport
    relay_available: bool


class IceServer(Said):
    urls: list[str]
    username: str | UnsetType = UNSET
    credential: str | UnsetType = UNSET


class Attached(Said):
    """A file that came with a message; `url` is null once it was removed."""

    id: UUID
    name: str
    content_type: str
    size_bytes: int
    url: str | None


class Line(Said):
    """A message; `seq` is null where nothing is stored."""

    seq: int | None
    client_id: UUID
    from_: str
    body: str
    at: Moment
    attachment: Attached | UnsetType = UNSET


class MemberSelf(Said):
    membership: str
    name: str
    role: str
    connection: str


class AccountName(Said):
    id: str
    name: str


class Member(Said):
    membership: str
    name: str
    online: bool


class Way(Said):
    """How text travels to participant `to`."""

    to: str
    path: Path
    rtt_ms: float | None


# --- Answers


class Done(Said):
    pass


class Snapshot(Said):
    self: Self
    room: RoomState
    participants: list[Person]
    policies: Policies
    ice_servers: list[IceServer]
    messages: list[Line]
    more: bool
    called_at: Moment | None
    available: bool
    resume: str


class OlderPage(Said):
    messages: list[Line]
    more: bool


class Posted(Said):
    seq: int
    at: Moment


class PassedOn(Said):
    seq: None
    at: Moment
    reached: list[str]


class Marks(Said):
    seq: int
    delivered_seq: int


class Pong(Said):
    at: Moment
    heads: dict[str, int]


class InboxRoom(Said):
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


class Inbox(Said):
    self: MemberSelf
    account: AccountName
    rooms: list[InboxRoom]
    members: list[Member]
    next: str | None
    resume: str


class Refusal(Said):
    """Why a command was refused; the codes are in docs/protocol.md."""

    code: str
    temporary: bool
    retry_after_ms: int | UnsetType = UNSET
    field: str | UnsetType = UNSET


# --- Events


class Joined(Said):
    participant: str
    kind: Kind
    name: str
    connection: str
    connections: list[str]


class Left(Said):
    participant: str
    gone: bool | UnsetType = UNSET


class PersonChanged(Said):
    """A joined connection of somebody already here carries all of it, else what changed."""

    participant: str
    kind: Kind | UnsetType = UNSET
    name: str | UnsetType = UNSET
    connection: str | UnsetType = UNSET
    connections: list[str] | UnsetType = UNSET
    ended: list[str] | UnsetType = UNSET
    transport: Way | UnsetType = UNSET


class Marked(Said):
    from_: str
    seq: int | UnsetType = UNSET
    delivered_seq: int | UnsetType = UNSET
    client_ids: list[UUID] | UnsetType = UNSET


class IsTyping(Said):
    from_: str
    on: bool


class Signalled(Said):
    from_: str
    connection: str
    epoch: int | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    candidate: Candidate | None | UnsetType = UNSET


class RoomChanged(Said):
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


class Arrived(Said):
    arrival: str
    room: str
    name: str
    property: str
    property_name: str
    link_label: str
    begun: bool
    at: Moment


class Called(Said):
    at: Moment
    kind: str


class Available(Said):
    available: bool


class Closing(Said):
    code: int
    retry_after_ms: int


ANSWERS: dict[str, list[type[Struct]]] = {
    "room.sync": [Snapshot, OlderPage],
    "room.leave": [Done],
    "message.post": [Posted, PassedOn],
    "message.read": [Marks, Done],
    "typing": [Done],
    "signal": [Done],
    "transport.report": [Done],
    "ping": [Pong],
    "inbox.sync": [Inbox],
    "room.watch": [Snapshot, OlderPage],
    "room.unwatch": [Done],
}
EVENTS: dict[str, type[Struct]] = {
    "participant.joined": Joined,
    "participant.left": Left,
    "participant.changed": PersonChanged,
    "message.posted": Line,
    "message.read": Marked,
    "typing": IsTyping,
    "signal": Signalled,
    "room.changed": RoomChanged,
    "room.closed": Done,
    "guest.arrived": Arrived,
    "owner.called": Called,
    "owner.available": Available,
    "session.resync": Done,
    "session.closing": Closing,
}
WITHOUT_ROOM = {"owner.available", "session.resync", "session.closing"}
