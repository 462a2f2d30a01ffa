"""What every channel tells of an arrival, and to whom in which language."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from accounts.targets.models import Target
from accounts.users.models import User
from rooms.notifications.digests import Digest
from rooms.notifications.models import Delivery

LINE_MAX_CHARS = 120


@dataclass(frozen=True, slots=True)
class Notice:
    """One call in words, for channels that show a title, a line and a button; no markup in it."""

    title: str
    text: str
    # Where a tap leads, and what the button that leads there says.
    url: str
    action: str
    # The same for every try of one call, so that a provider can tell a repeat.
    key: str
    # The same for all about one room, so that a newer one takes the place of an older.
    topic: str


def tell_arrival(delivery: Delivery) -> Notice:
    """Return the call about this delivery's arrival, in the member's language."""
    arrival = delivery.arrival
    facts = {
        "guest": to_line(arrival.guest.display_name),
        "property": to_line(arrival.link.property.name),
    }
    with translation.override(language_of(delivery.target.membership.user)):
        return Notice(
            title=gettext("%(guest)s is waiting at %(property)s") % facts,
            text=gettext("Nobody has answered yet. Tap to open the conversation."),
            url=room_url(delivery),
            action=gettext("Open the conversation"),
            key=str(delivery.uuid),
            topic=(arrival.room or delivery).uuid.hex,
        )


def tell_digest(digest: Digest) -> Notice:
    """Return the one call about many arrivals."""
    delivery = digest.delivery
    with translation.override(language_of(delivery.target.membership.user)):
        return Notice(
            title=ngettext(
                "%(count)d visitor is waiting", "%(count)d visitors are waiting", digest.count
            )
            % {"count": digest.count},
            text=gettext("You were called often, so these are told at once. Tap to see them."),
            url=inbox_url(),
            action=gettext("Open the inbox"),
            key=str(delivery.uuid),
            topic="digest",
        )


def ask_to_agree(target: Target, confirm_url: str) -> Notice:
    """Return the question whether the reader of an address agrees to be called there."""
    user = target.membership.user
    facts = {"member": to_line(user.display_name), "account": to_line(target.account.name)}
    with translation.override(language_of(user)):
        return Notice(
            title=gettext("May we call you here?"),
            text=gettext(
                "%(member)s wants to be told here about visitors of %(account)s. Tap to agree."
            )
            % facts,
            url=confirm_url,
            action=gettext("Agree"),
            key=str(target.uuid),
            topic=target.uuid.hex,
        )


def to_line(text: str) -> str:
    """Return the text on one line, without control and bidirectional characters."""
    words = " ".join(text.split())
    return "".join(c for c in words if unicodedata.category(c)[0] != "C")[:LINE_MAX_CHARS]


def language_of(user: User) -> str:
    known = dict(settings.LANGUAGES)
    return user.language if user.language in known else settings.LANGUAGE_CODE


def room_url(delivery: Delivery) -> str:
    """Return where the member answers. The room of a test call does not exist."""
    room = delivery.arrival.room
    return f"{inbox_url()}/{room.uuid}" if room and room.pk else inbox_url()


def inbox_url() -> str:
    return f"{settings.SITE_URL}/inbox"


def pause_url(digest: Digest) -> str:
    """Return the page with the button that closes the door to new guests."""
    properties_url = f"{settings.SITE_URL}/properties"
    if digest.link is not None:
        return f"{properties_url}/links/{digest.link.uuid}#pause"
    return f"{properties_url}/{digest.property.uuid}#pause" if digest.property else properties_url


def settings_url() -> str:
    return f"{settings.SITE_URL}/notifications"
