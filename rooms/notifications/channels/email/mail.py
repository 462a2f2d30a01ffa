"""The mails that call, and that ask whether they may."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.targets.models import Target
from rooms.notifications.channels.words import (
    inbox_url,
    language_of,
    pause_url,
    room_url,
    settings_url,
    to_line,
)
from rooms.notifications.digests import Digest
from rooms.notifications.models import Delivery


def write_mail(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the mail about this delivery's arrival, in the member's language."""
    return _write("arrival", delivery.target, _gather_facts(delivery), _name(delivery))


def write_digest(digest: Digest) -> EmailMultiAlternatives:
    """Return the mail about many arrivals, and where the door is closed to more of them."""
    facts = {
        "count": digest.count,
        "since": digest.since,
        "account": digest.delivery.account.name,
        "inbox_url": inbox_url(),
        "pause_url": pause_url(digest),
        "settings_url": settings_url(),
    }
    return _write("digest", digest.delivery.target, facts, _name(digest.delivery))


def write_proof(target: Target, confirm_url: str) -> EmailMultiAlternatives:
    """Return the mail that asks the reader of an address to agree to be called there."""
    facts = {
        "account": target.account,
        "member": to_line(target.membership.user.display_name),
        "confirm_url": confirm_url,
    }
    return _write("proof", target, facts, {})


def write_switched_off(
    target: Target, email: str, *, channel: Any, address: str
) -> EmailMultiAlternatives:
    """Return the mail that says where its member is not called any more, and why."""
    facts = {
        "account": target.account,
        "channel": channel,
        "address": to_line(address),
        "reason": to_line(target.last_error),
        "settings_url": settings_url(),
    }
    return _write("switched_off", target, facts, {}, to=email)


def _name(delivery: Delivery) -> dict[str, str]:
    """Return headers; the same for every try, so that a mail sent twice is shown once."""
    return {
        "Message-ID": f"<{delivery.uuid}@{_mail_domain()}>",
        "List-Unsubscribe": f"<{settings_url()}>",
    }


def _write(
    name: str, target: Target, facts: dict[str, Any], headers: dict[str, str], to: str = ""
) -> EmailMultiAlternatives:
    user = target.membership.user
    with translation.override(language_of(user)):
        facts["language"] = translation.get_language()
        message = EmailMultiAlternatives(
            subject=to_line(render_to_string(f"email/{name}.subject", facts)),
            body=render_to_string(f"email/{name}.txt", facts),
            to=[to or target.address["email"]],
            headers={"Auto-Submitted": "auto-generated", **headers},
        )
        message.attach_alternative(render_to_string(f"email/{name}.html", facts), "text/html")
    return message


def _gather_facts(delivery: Delivery) -> dict[str, Any]:
    arrival = delivery.arrival
    return {
        "guest": to_line(arrival.guest.display_name),
        "property": arrival.link.property,
        "link": arrival.link,
        "arrival": arrival,
        "room_url": room_url(delivery),
        "settings_url": settings_url(),
    }


def _mail_domain() -> str:
    """The sender's domain: a Message-ID of another one looks forged to spam filters."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return sender or urlsplit(settings.SITE_URL).hostname or "localhost"
