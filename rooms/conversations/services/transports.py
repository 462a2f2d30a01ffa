"""How text travels, kept for the owner's details column and reports."""

from __future__ import annotations

from rooms.conversations.models import Participant
from rooms.conversations.services.messages import Sender


def report_transport(*, sender: Sender, path: str) -> None:
    """Note the path a participant's text takes: host, srflx, prflx, relay or server."""
    Participant.objects.filter(pk=sender.participant_id).update(transport=path)
