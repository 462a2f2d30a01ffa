"""What lower floors did and higher floors must answer.

Receivers run inside the transaction; what leaves the database waits for the commit.
"""

from __future__ import annotations

from django.dispatch import Signal

# links: QuerySet[DirectLink]; their guests were shown out. must_join_again: bool, because the link
# goes on without what they hold.
guests_shown_out = Signal()
# message_id: int; a guest wrote in a room that somebody follows from elsewhere. After the commit.
followed_message_posted = Signal()
# room: Room; it takes no more messages.
room_closed = Signal()
