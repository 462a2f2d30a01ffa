from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.users.models import User


def send_guesses(user: User) -> None:
    """Tell the user that wrong passwords were tried for their sign-in. Raises OSError,
    SMTPException.
    """
    facts = {"reset_url": settings.SITE_URL + reverse("account_reset_password")}
    with translation.override(user.language or settings.LANGUAGE_CODE):
        message = EmailMultiAlternatives(
            subject=" ".join(_render("subject", facts).split()),
            body=_render("txt", facts),
            to=[user.email],
        )
        message.attach_alternative(_render("html", facts), "text/html")
    message.send()


def _render(kind: str, facts: dict[str, object]) -> str:
    return render_to_string(f"accounts/email/guesses.{kind}", facts)
