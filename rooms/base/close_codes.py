"""Why a socket is closed; docs/protocol.md says what a client does then.

From 4500 on it does not come back by itself.
"""

from __future__ import annotations

RESTART = 4000
TOO_SLOW = 4001
SESSION_REPLACED = 4002
CROWDED = 4003
BAD_TICKET = 4500
BAD_PROTOCOL = 4501
ROOM_GONE = 4502
BANNED = 4503
