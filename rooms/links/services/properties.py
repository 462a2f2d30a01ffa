"""Opening and archiving a property, which is about its links, too."""

from __future__ import annotations

from typing import Unpack

from django.db import transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.limits import limits
from accounts.tenants.models import Account
from rooms.base import close_codes, events, hooks
from rooms.links.models import DirectLink
from rooms.links.services.links import create_link
from rooms.properties.models import Property
from rooms.properties.services import PropertyValues, apply_values


@transaction.atomic
def create_property(
    *, account: Account, actor: trail.Actor = None, **values: Unpack[PropertyValues]
) -> Property:
    """Open a property and its first link, which is `property.links.get()`.

    Raises Invalid, LimitReached.
    """
    limits.lock_account(account)
    limits.check_room_for(account, "properties", Property.objects.for_account(account).active())
    property = Property(account=account)
    apply_values(property, {"name": "", **values})
    property.save(force_insert=True)
    trail.record(account, actor, "property.created", property.uuid, name=property.name)
    create_link(property=property, actor=actor)
    return property


@transaction.atomic
def archive_property(*, property: Property, actor: trail.Actor = None) -> Property:
    """Take the property out of service: its links stop and its guests are shown out.

    Conversations stay readable in the inbox. A repeat changes nothing.
    """
    now = timezone.now()
    if not Property.objects.active().filter(pk=property.pk).update(archived_at=now):
        property.refresh_from_db(fields=["archived_at"])
        return property
    property.archived_at = now
    trail.record(property.account, actor, "property.archived", property.uuid, name=property.name)
    busy = DirectLink.objects.filter(property=property, rooms__status="open")
    for uuid in busy.values_list("uuid", flat=True).distinct():
        events.kick(close_codes.ROOM_GONE, link=uuid)
    links = DirectLink.objects.filter(property=property)
    hooks.guests_shown_out.send(None, links=links, must_join_again=False)
    return property
