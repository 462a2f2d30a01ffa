from __future__ import annotations

from accounts.base.errors import NotFound


class BlockNotFound(NotFound):
    """Absent, or another tenant's."""

    code = "block_not_found"
