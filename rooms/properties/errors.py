from __future__ import annotations

from accounts.base.errors import NotFound


class PropertyNotFound(NotFound):
    """No property of this account has this id."""

    code = "property_not_found"
