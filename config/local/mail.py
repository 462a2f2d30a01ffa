"""`make run` has no mail server: a mail is a file that mail programs open."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.utils import timezone


class FileBackend(EmailBackend):
    """Writes each mail to EMAIL_FILE_PATH, named by time and recipient; newest sorts last."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        folder = Path(self.file_path)
        for message in messages:
            name = "".join(c if c.isalnum() or c in "@.-_+" else "_" for c in message.to[0])[:80]
            stem = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{name}-{secrets.token_hex(2)}"
            # Renamed when whole, so that who watches the folder never reads half a mail.
            draft = folder / f".{stem}"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / f"{stem}.eml")
        return len(messages)
