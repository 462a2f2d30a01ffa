"""How many sockets each guest, link and account has in this process.

Kept in memory, so that it costs nothing: with several web processes the limits hold in each.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

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
        self._open: dict[tuple[str, str], set[Session]] = {}

    def meet(self, session: Session) -> bool:
        """Count a guest's socket before anything is known but its ticket."""
        claims = session.claims
        if not claims.participant or claims.key:
            return True
        allowed = settings.SCOPED_LIMITS["guest"]["sockets"]
        return self.take(session, [SocketLimit("guest.sockets", claims.participant, allowed)])

    def take(self, session: Session, limits: Iterable[SocketLimit]) -> bool:
        """Count the socket against all of these, or send it away and return False."""
        if session.outbox.closed:
            return False  # it left while we looked; nobody would release it
        for limit in limits:
            others = self._open.get((limit.name, limit.who), set()) - {session}
            if len(others) >= limit.allowed:
                wait_ms = RETRY_FROM_MS + random.randrange(RETRY_SPREAD_MS)
                session.send_away(close_codes.CROWDED, wait_ms, limit=limit.name)
                return False
        for limit in limits:
            self._open.setdefault((limit.name, limit.who), set()).add(session)
            session.counted.add((limit.name, limit.who))
        return True

    def release(self, session: Session) -> None:
        for place in session.counted:
            sockets = self._open[place]
            sockets.discard(session)
            if not sockets:
                del self._open[place]
        session.counted.clear()
