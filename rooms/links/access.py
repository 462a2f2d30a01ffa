from __future__ import annotations

import re
from uuid import UUID

from django.db.models import Exists

from accounts.tenants.models import Account
from rooms.links.errors import LinkGone, LinkNotFound
from rooms.links.models import DirectLink

ADDRESS = re.compile(r"[A-Za-z0-9_-]{1,60}")


def get_link(account: Account, uuid: UUID) -> DirectLink:
    """Raises LinkNotFound."""
    links = DirectLink.objects.for_account(account).filter(uuid=uuid).with_guests()
    found = links.select_related("property").first()
    if found is None:
        raise LinkNotFound
    return found


def find_link(address: str) -> DirectLink:
    """Return the link, also one that lets nobody in any more: who came by it may ask what is kept.

    Raises LinkNotFound.
    """
    link = look_up(address)
    if link.account.deleted_at is not None:
        raise LinkNotFound
    return link


def look_up(address: str) -> DirectLink:
    """Return whatever link has or had this address. Raises LinkNotFound."""
    _check_address(address)
    link = DirectLink.objects.with_address(address).first()
    if link is None:
        raise LinkNotFound
    return link


def open_link(address: str, **facts: Exists) -> DirectLink:
    """Return the link a guest may come in by, with its property and account: one query.

    `facts` are asked in the same query and stand on the link under their names.

    Raises LinkNotFound, LinkGone.
    """
    _check_address(address)
    link = DirectLink.objects.with_address(address).annotate(**facts).first()
    if link is None:
        raise LinkNotFound
    if not leads_in(link):
        raise LinkGone
    return link


def _check_address(address: str) -> None:
    """Tokens and slugs only: a database takes no null byte. Raises LinkNotFound."""
    if not ADDRESS.fullmatch(address):
        raise LinkNotFound


def leads_in(link: DirectLink) -> bool:
    """Whether anybody may come in by it now; wants property and account selected."""
    return link.is_live and link.property.archived_at is None and link.account.is_open
