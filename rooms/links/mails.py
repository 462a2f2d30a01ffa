from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.team.models import Membership
from rooms.links.models import DirectLink

MANAGERS = (Membership.Role.OWNER, Membership.Role.ADMIN)


def tell_of_guesses(link: DirectLink) -> None:
    """Tell the link's managers that passcodes are guessed. Raises OSError, SMTPException."""
    page = settings.SITE_URL + reverse("rooms:link_edit", args=[link.uuid])
    facts = {"link": link, "property": link.property, "pause_url": f"{page}#pause"}
    places = link.account.memberships.filter(role__in=MANAGERS, user__is_active=True)
    for place in places.select_related("user"):
        with translation.override(place.user.language or settings.LANGUAGE_CODE):
            facts["language"] = translation.get_language()
            message = EmailMultiAlternatives(
                subject=" ".join(_render("subject", facts).split()),
                body=_render("txt", facts),
                to=[place.user.email],
                headers={"Auto-Submitted": "auto-generated"},
            )
            message.attach_alternative(_render("html", facts), "text/html")
        message.send()


def _render(kind: str, facts: dict[str, object]) -> str:
    return render_to_string(f"email/passcode_guesses.{kind}", facts)
