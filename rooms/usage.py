"""Tells the account pages what this floor counts: one query each."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.limits.usage import Counter, register_content, register_counter
from accounts.tenants.models import Account
from rooms.attachments.services import count_mib
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
CONTENTS: dict[str, Any] = {
    "properties": Property.objects.all,
    "links": DirectLink.objects.all,
    "rooms": Room.objects.begun,
    "messages": Message.objects.all,
    "guests": Guest.objects.all,
}


def register() -> None:
    """Called once at start."""
    for name, rows in LIMITED.items():
        register_counter(name, _count(rows))
    register_counter("open_rooms", lambda account: find_open_rooms(account).count())
    register_counter("storage_mib", count_mib)
    for name, rows in CONTENTS.items():
        register_content(name, _count(rows))


def _count(rows: Any) -> Counter:
    def count(account: Account) -> int:
        found: QuerySet[Any] = rows().for_account(account)
        return found.count()

    return count
