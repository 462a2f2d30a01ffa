"""How many sockets each guest, link and account has in this process.

Kept in memory, so that it costs nothing: with several web processes the limits hold in each.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.conf import settings

from rooms.base import close_codes
from rooms.conversations.services.sync import SocketLimit
from signaling.sessions.session import Session

# When one too many may try again: by then a forgotten tab may be closed.
RETRY_FROM_MS = 20_000
RETRY_SPREAD_MS = 20_000


class SocketCounts:
    """Sends away the socket that is one too many; it is told which limit that was."""

    def __init__(self) -> None:
        # By uuid of the guest's place, the link or the account.
        self._open: dict[str, int] = {}

    def meet(self, session: Session) -> None:
        """Count a guest's socket before anything is known but its ticket."""
        claims = session.claims
        if claims.participant and not claims.key:
            allowed = settings.SCOPED_LIMITS["guest"]["sockets"]
            self.take(session, [SocketLimit("guest.sockets", claims.participant, allowed)])

    def take(self, session: Session, limits: Sequence[SocketLimit]) -> bool:
        """Count the socket against all of these, or send it away and return False."""
        if session.outbox.closed:
            return False  # it left while we looked; nobody would release it
        for limit in limits:
            mine = limit.who in session.counted
            if self._open.get(limit.who, 0) - mine >= limit.allowed:
                wait_ms = RETRY_FROM_MS + random.randrange(RETRY_SPREAD_MS)
                session.send_away(close_codes.CROWDED, wait_ms, limit=limit.name)
                return False
        more = tuple(one.who for one in limits if one.who not in session.counted)
        for who in more:
            self._open[who] = self._open.get(who, 0) + 1
        session.counted += more
        return True

    def release(self, session: Session) -> None:
        for who in session.counted:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]
        session.counted = ()
