"""What is kept about one guest, counted for their own eyes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from rooms.arrivals.models import Arrival
from rooms.attachments.models import Attachment
from rooms.conversations.models import Message, Participant
from rooms.guests.models import Guest
from rooms.properties.models import Property


@dataclass(frozen=True, slots=True)
class GuestFacts:
    """What the account keeps of a guest; `participant` is their newest place by this link."""

    guest: Guest
    participant: Participant | None
    messages: int
    files: int
    visits: int
    nets: int
    retention: Property


def count_facts(guest: Guest, participant: Participant | None, brand: Property) -> GuestFacts:
    """Three queries."""
    noted = Count("pk", filter=~Q(address=""))
    visits = Arrival.objects.filter(guest=guest).aggregate(all=Count("pk"), noted=noted)
    files = Attachment.objects.kept().filter(participant__guest=guest)
    return GuestFacts(
        guest=guest,
        participant=participant,
        messages=Message.objects.filter(sender__guest=guest).count(),
        files=files.count(),
        visits=visits["all"],
        nets=visits["noted"],
        retention=brand,
    )
