"""Reading mails that went to a folder: `make run` has no mail server, so its pages show them."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

# Newest first; who signs up now wrote one of the last.
LOOK_AT = 50


@dataclass(frozen=True, slots=True)
class LocalMail:
    path: str
    subject: str
    text: str


def find_mail(to: str) -> LocalMail | None:
    """Return the newest mail to this address in LOCAL_MAIL_FOLDER; None without one."""
    if not settings.LOCAL_MAIL_FOLDER:
        return None
    for path in sorted(Path(settings.LOCAL_MAIL_FOLDER).glob("*.eml"), reverse=True)[:LOOK_AT]:
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if str(mail["To"]).lower() == to.lower():
            body = mail.get_body(("plain",))
            text = str(body.get_content()) if body is not None else ""
            return LocalMail(str(path), str(mail["Subject"]), text.strip())
    return None
