from __future__ import annotations

from accounts.base.errors import DomainError, NotFound


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
