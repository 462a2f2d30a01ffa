"""The mails of this floor that allauth does not send."""

from __future__ import annotations

import logging
import re
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language

from accounts.team.models import Invitation, Membership
from accounts.team.services.invitations import make_hand_token
from accounts.tenants.models import Account

NAME_CHARS = 40
# A scheme, a mailbox, a path, a host: also with the dots of other scripts.
LINKED = re.compile(r"[:@/\\]|\w[.。．｡․]\w")  # noqa: RUF001
logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str) -> tuple[bool, str]:
    """Return whether the mail went out, and the link to hand over by other means.

    They differ: only the mailed one proves the mailbox. A mail server that is away is told, not
    raised. Nothing that somebody typed is in the mail but the account's name; see shorten_name.
    """
    by_hand = _write_link(make_hand_token(invitation))
    facts = {
        "account": shorten_name(invitation.account.name),
        "invitation": invitation,
        "link": _write_link(token),
    }
    return _send("invitation", invitation.email, facts), by_hand


def send_closed(account: Account) -> None:
    """Tell every owner that the account is closed, until when and where they have it back."""
    owners = account.memberships.filter(role=Membership.Role.OWNER).select_related("user")
    facts = {"account": account, "link": settings.SITE_URL + reverse("accounts:closed")}
    for place in owners:
        with translation.override(place.user.language or get_language()):
            _send("closed", place.user.email, facts)


def _send(name: str, email: str, facts: dict[str, object]) -> bool:
    facts = {**facts, "language": get_language()}
    message = EmailMultiAlternatives(
        subject=" ".join(_render(name, "subject", facts).split()),
        body=_render(name, "txt", facts),
        to=[email],
    )
    message.attach_alternative(_render(name, "html", facts), "text/html")
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        logger.error("A mail (%s) was not sent: %s", name, error)
        return False
    return True


def shorten_name(name: str) -> str:
    """Return the start of a name without what mail programs make links of; may be empty.

    Anybody can call an account anything and invite anybody: the mail must carry no message.
    """
    words = [word for word in name.split() if not LINKED.search(word)]
    plain = " ".join(words)
    return plain if len(plain) <= NAME_CHARS else plain[: NAME_CHARS - 1].rstrip() + "…"


def _write_link(token: str) -> str:
    return str(settings.SITE_URL) + reverse("accounts:invitation", args=[token])


def _render(name: str, kind: str, facts: dict[str, object]) -> str:
    return render_to_string(f"accounts/email/{name}.{kind}", facts)
