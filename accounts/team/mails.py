"""The mails of this floor that allauth does not send."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language

from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str) -> tuple[bool, str]:
    """Return whether the mail went out, and the link it carries.

    A mail server that is away is told, not raised: the link can be handed over by other means.
    """
    link = settings.SITE_URL + reverse("accounts:invitation", args=[token])
    facts = {"invitation": invitation, "link": link}
    return _send("invitation", invitation.email, facts), link


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


def _render(name: str, kind: str, facts: dict[str, object]) -> str:
    return render_to_string(f"accounts/email/{name}.{kind}", facts)
