"""Tells the account pages what this floor counts: one query each."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.limits.usage import Counter, register_content, register_counter
from accounts.tenants.models import Account
from rooms.attachments.services import count_mib
from rooms.base import presence
from rooms.conversations.models import Message, Room
from rooms.conversations.services.rooms import find_open_rooms
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.properties.models import Property
from rooms.webhooks.models import Webhook

# The same rows as the checks of these limits count.
LIMITED: dict[str, Any] = {
    "properties": Property.objects.active,
    "links": DirectLink.objects.unrevoked,
    "webhooks": Webhook.objects.all,
}
CONTENTS: list[tuple[Any, Any]] = [
    (_("Properties"), Property.objects.all),
    (_("Links"), DirectLink.objects.all),
    (_("Conversations"), Room.objects.begun),
    (_("Messages"), Message.objects.all),
    (_("Guests"), Guest.objects.all),
]


def register() -> None:
    """Called once at start."""
    for name, rows in LIMITED.items():
        register_counter(name, _count(rows))
    register_counter("open_rooms", lambda account: find_open_rooms(account).count())
    register_counter("storage_mib", count_mib)
    register_counter("sockets", lambda account: presence.count_guests(account.uuid))
    for label, rows in CONTENTS:
        register_content(label, _count(rows))


def _count(rows: Any) -> Counter:
    def count(account: Account) -> int:
        found: QuerySet[Any] = rows().for_account(account)
        return found.count()

    return count
