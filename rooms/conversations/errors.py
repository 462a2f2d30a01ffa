"""Refusals of this floor."""

from __future__ import annotations

from accounts.base.errors import Conflict, DomainError, NotFound


class RoomNotFound(NotFound):
    """No room of this account has this id."""

    code = "room_not_found"


class NotInRoom(NotFound):
    """The caller takes no part in this room."""

    code = "not_in_room"


class RoomClosed(Conflict):
    code = "room_closed"
    text = "This conversation is closed."


class RoomReplaced(Conflict):
    """Another room has taken this one's place behind a shared link."""

    code = "room_replaced"
    text = "A newer conversation has taken this one's place."


class MessageTooLong(DomainError):
    code = "message_too_long"
    text = "This message is too long."


class ClientIdReused(Conflict):
    """The same `client_id` came again with another body."""

    code = "client_id_reused"
    text = "This client_id already names another message."


class NotStored(Conflict):
    """The property stores no text, so there is nothing to read or to post over REST."""

    code = "not_stored"
    text = "This conversation is not stored on the server."


class MembershipGone(DomainError):
    """The member was removed from the account."""

    code = "banned"
    status = 403


class SessionGone(DomainError):
    """The browser session or the key behind a ticket has ended."""

    code = "bad_ticket"
    status = 401
