"""The one mail of this floor that allauth does not send."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from accounts.team.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str) -> tuple[bool, str]:
    """Return whether the mail went out, and the link it carries.

    A mail server that is away is told, not raised: the link can be handed over by other means.
    """
    link = settings.SITE_URL + reverse("accounts:invitation", args=[token])
    facts = {"invitation": invitation, "link": link, "language": get_language()}
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
        return False, link
    return True, link


def _render(kind: str, facts: dict[str, object]) -> str:
    return render_to_string(f"accounts/email/invitation.{kind}", facts)
