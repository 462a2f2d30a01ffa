"""What the end of a link ends besides new visits, where its owner chose that."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from rooms.conversations.models import Room
from rooms.conversations.services.rooms import close_room
from rooms.links.models import DirectLink

STEP_ROOMS = 100
MAX_STEPS = 50


def close_rooms_of_ended_links() -> int:
    """Close what runs behind links that ended, step by step; return how many rooms.

    Once for every end: a room that a member opens again later stays open.
    """
    closed = 0
    for _ in range(MAX_STEPS):
        ended = DirectLink.objects.filter(
            closes_rooms=True, rooms_closed_at=None, expires_at__lte=timezone.now()
        )
        link_id = ended.order_by("expires_at").values_list("pk", flat=True).first()
        if link_id is None:
            break
        closed += _close_some(link_id)
    return closed


@transaction.atomic
def _close_some(link_id: int) -> int:
    rooms = Room.objects.not_closed().filter(link=link_id).select_related("account", "property")
    # Whoever posts holds the room for a moment; what two tasks close, the second finds closed.
    found = list(rooms.order_by("pk").select_for_update(of=("self",))[:STEP_ROOMS])
    for room in found:
        close_room(room=room)
    if len(found) < STEP_ROOMS:
        DirectLink.objects.filter(pk=link_id).update(rooms_closed_at=timezone.now())
    return len(found)
