"""The one mail of this floor that allauth does not send."""

from __future__ import annotations

import logging
import re
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from accounts.team.models import Invitation
from accounts.team.services.invitations import make_hand_token

NAME_CHARS = 40
# A scheme, a mailbox, a path, a host: also with the dots of other scripts.
LINKED = re.compile(r"[:@/\\]|\w[.。．｡․]\w")  # noqa: RUF001
logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str) -> tuple[bool, str]:
    """Return whether the mail went out, and the link to hand over by other means.

    They differ: only the mailed one proves the mailbox. A mail server that is away is told, not
    raised. Nothing that somebody typed is in the mail but the account's name; see shorten_name.
    """
    facts = {
        "account": shorten_name(invitation.account.name),
        "invitation": invitation,
        "link": _write_link(token),
        "language": get_language(),
    }
    by_hand = _write_link(make_hand_token(invitation))
    message = EmailMultiAlternatives(
        subject=" ".join(_render("subject", facts).split()),
        body=_render("txt", facts),
        to=[invitation.email],
    )
    message.attach_alternative(_render("html", facts), "text/html")
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        logger.error("An invitation was not sent: %s", error)
        return False, by_hand
    return True, by_hand


def shorten_name(name: str) -> str:
    """Return the start of a name without what mail programs make links of; may be empty.

    Anybody can call an account anything and invite anybody: the mail must carry no message.
    """
    words = [word for word in name.split() if not LINKED.search(word)]
    plain = " ".join(words)
    return plain if len(plain) <= NAME_CHARS else plain[: NAME_CHARS - 1].rstrip() + "…"


def _write_link(token: str) -> str:
    return str(settings.SITE_URL) + reverse("accounts:invitation", args=[token])


def _render(kind: str, facts: dict[str, object]) -> str:
    return render_to_string(f"accounts/email/invitation.{kind}", facts)
