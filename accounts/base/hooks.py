"""What this floor did and higher floors must answer, such as closing sockets.

Receivers run inside the transaction; what leaves the database waits for the commit.
"""

from __future__ import annotations

from django.dispatch import Signal

# membership_uuid: UUID, membership, keep_keys: uuids of keys that stay, actor
member_removed = Signal()
# membership (with its new role), actor
role_changed = Signal()
# account_uuid: UUID; the account was suspended or deleted.
account_closed = Signal()
# key_uuid: UUID
key_revoked = Signal()
