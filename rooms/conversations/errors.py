"""Refusals of this floor."""

from __future__ import annotations

from accounts.errors import Conflict, DomainError, NotFound


class PropertyNotFound(NotFound):
    """No property of this account has this id."""

    code = "property_not_found"


class LinkNotFound(NotFound):
    """No link answers to this address, or none that this account owns."""

    code = "link_not_found"


class LinkGone(DomainError):
    """The link was revoked, has expired, has not begun or is full."""

    code = "link_gone"
    status = 410
    text = "This link does not lead to a conversation any more."


class LinkRevoked(Conflict):
    """The owner took this link back for good; make a new one instead."""

    code = "link_revoked"
    text = "This link was revoked. Make a new one instead."


class PrefillWrong(DomainError):
    """The signed facts are forged, expired or were made for another link."""

    code = "prefill_invalid"
    text = "This personal link has expired. You can still come in without it."


class PasscodeWrong(DomainError):
    code = "passcode_wrong"
    status = 403
    text = "This link asks for a passcode."


class NicknameMissing(DomainError):
    code = "nickname_required"
    status = 400
    text = "Please say how we may call you."


class GuestBlocked(DomainError):
    code = "banned"
    status = 403
    text = "You cannot write here."


class GuestNotFound(NotFound):
    """No guest of this account has this id."""

    code = "guest_not_found"


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
    """The browser session or the key behind a pass has ended."""

    code = "bad_ticket"
    status = 401


class ExternalIdTaken(Conflict):
    """An account of this external_id is there, but its owner has another e-mail address."""

    code = "external_id_taken"
    text = "This external_id belongs to an account whose owner has another e-mail address."


class AccountDeleted(Conflict):
    """The account waits for its removal; restore it first."""

    code = "account_deleted"
    text = "This account is being deleted. Restore it first."


class EmailUnproven(Conflict):
    """Somebody signed up with this address and never proved that it is theirs."""

    code = "email_unproven"
    text = "Somebody signed up with this address and has not proven it yet."


class SlugTaken(Conflict):
    code = "slug_taken"
    text = "This address is taken."


class DuplicateRow(Conflict):
    """An earlier row of the same request has this external_id."""

    code = "duplicate_external_id"
    text = "An earlier row has this external_id."


class MalformedRow(DomainError):
    code = "malformed_row"
    text = "This row cannot be read."


class TooManyRows(DomainError):
    code = "too_many_rows"
    status = 413
    text = "Send fewer rows at once."


class BatchNotFound(NotFound):
    """No batch has this id."""

    code = "batch_not_found"


class BatchFinished(Conflict):
    """There is nothing left to cancel."""

    code = "batch_finished"
    text = "This batch is finished."


class WebhookNotFound(NotFound):
    """No webhook of this account has this id."""

    code = "webhook_not_found"


class WebhookDisabled(Conflict):
    """The webhook is switched off, so nothing can be sent to it again."""

    code = "webhook_disabled"
    text = "This webhook is switched off. Switch it on first."


class AttachmentNotFound(NotFound):
    """No file of this account has this id, or it was removed."""

    code = "attachment_not_found"


class FileTooLarge(DomainError):
    code = "file_too_large"
    status = 413
    text = "This file is too large."


class FileRefused(DomainError):
    """The file is of no kind that is taken here, or its ending and its content disagree."""

    code = "file_type_refused"
    status = 415
    text = "Files of this kind cannot be sent."
