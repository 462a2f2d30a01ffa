from __future__ import annotations

from accounts.base.errors import DomainError, NotFound


class AttachmentNotFound(NotFound):
    """No file of this account has this id, or it was removed."""

    code = "attachment_not_found"


class AttachmentProcessing(DomainError):
    """The file is there, but not looked through yet."""

    code = "attachment_processing"
    status = 409
    temporary = True
    text = "This file is still being prepared. Ask again in a moment."
    retry_after_s = 1


class FileTooLarge(DomainError):
    code = "file_too_large"
    status = 413
    text = "This file is too large."


class FileNotTaken(DomainError):
    """One file of a choice is refused: which one, why, and what to do."""

    code = "file_refused"
    status = 415
    text = "This file cannot be sent."

    def __init__(self, name: str = "") -> None:
        super().__init__(f"“{name}”: {self.text}" if name else "", field="file")


class FileRefused(FileNotTaken):
    """The file is of no kind that is taken here."""

    code = "file_type_refused"
    text = "Files of this kind cannot be sent. Put it into a ZIP archive and send that."


class FileEmpty(FileNotTaken):
    code = "file_empty"
    text = "There is nothing in this file. Choose it again."


class FileDamaged(FileNotTaken):
    """By its name it is a picture, by its content none that we know."""

    code = "file_damaged"
    text = "This picture cannot be read. Save it as JPEG or PNG and send that."


class FileHasMacros(FileNotTaken):
    code = "file_has_macros"
    text = "This document has macros. Save it without them and send that."
