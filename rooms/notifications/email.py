"""Calling by e-mail."""

from __future__ import annotations

import smtplib
import unicodedata
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.targets.models import Target
from accounts.targets.services import sign_target
from rooms.notifications.models import Delivery
from rooms.notifications.transports import TransportError

SUBJECT_MAX_CHARS = 120
ERROR_MAX_CHARS = 180
# RFC 3463: x.7.y is the receiving side's opinion of our server, not of the address.
POLICY_STATUS = "5.7."


class EmailTransport:
    def send(self, delivery: Delivery) -> None:
        """Hand the mail to the mail server. Raises TransportError."""
        message = write_mail(delivery)
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            answer = f"{code} {_to_text(text)}"
            permanent = code >= 500 and POLICY_STATUS not in answer
            raise TransportError(answer, permanent=permanent) from error
        except smtplib.SMTPResponseException as error:
            # Password, sender or content: nothing is wrong with this member's address.
            raise TransportError(f"{error.smtp_code} {_to_text(error.smtp_error)}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TransportError(str(error)[:ERROR_MAX_CHARS]) from error
        except ValueError as error:
            raise TransportError(f"unusable address: {error}", permanent=True) from error

    def describe(self, target: Target) -> str:
        return str(target.address.get("email", ""))


def write_mail(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the mail about this delivery's arrival, in the member's language."""
    headers = {
        # The same for every try, so that a mail sent twice is shown once.
        "Message-ID": f"<{delivery.uuid}@{_mail_domain()}>",
        "List-Unsubscribe": f"<{_settings_url()}>",
    }
    return _write("arrival", delivery.target, _gather_facts(delivery), headers)


def write_proof(target: Target) -> EmailMultiAlternatives:
    """Return the mail that asks the reader of an address to agree to be called there."""
    facts = {
        "account": target.account,
        "member": to_header(target.membership.user.display_name),
        "confirm_url": f"{_settings_url()}/confirm/{sign_target(target)}",
    }
    return _write("proof", target, facts, {})


def _write(
    name: str, target: Target, facts: dict[str, Any], headers: dict[str, str]
) -> EmailMultiAlternatives:
    user = target.membership.user
    with translation.override(_language_of(user.language)):
        facts["language"] = translation.get_language()
        message = EmailMultiAlternatives(
            subject=to_header(render_to_string(f"email/{name}.subject", facts)),
            body=render_to_string(f"email/{name}.txt", facts),
            to=[target.address["email"]],
            headers={"Auto-Submitted": "auto-generated", **headers},
        )
        message.attach_alternative(render_to_string(f"email/{name}.html", facts), "text/html")
    return message


def to_header(text: str) -> str:
    """Return the text on one line, without control and bidirectional characters."""
    words = " ".join(text.split())
    return "".join(c for c in words if unicodedata.category(c)[0] != "C")[:SUBJECT_MAX_CHARS]


def _gather_facts(delivery: Delivery) -> dict[str, Any]:
    arrival, inbox_url = delivery.arrival, f"{settings.SITE_URL}/inbox"
    room = arrival.room
    return {
        "guest": to_header(arrival.guest.display_name),
        "property": arrival.link.property,
        "link": arrival.link,
        "arrival": arrival,
        # The room of a test call does not exist.
        "room_url": f"{inbox_url}/{room.uuid}" if room and room.pk else inbox_url,
        "settings_url": _settings_url(),
    }


def _settings_url() -> str:
    return f"{settings.SITE_URL}/notifications"


def _language_of(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _mail_domain() -> str:
    """The sender's domain: a Message-ID of another one looks forged to spam filters."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return sender or urlsplit(settings.SITE_URL).hostname or "localhost"


def _to_text(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:ERROR_MAX_CHARS]
