"""Where a request that changes something was made; for addresses that carry no form's token."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from accounts.base.errors import Forbidden


def check_origin(request: HttpRequest) -> None:
    """Refuse what another site's page sends. Programs send no Origin and carry no cookie."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        raise Forbidden("This page may not ask for that.")
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    if origin is not None and origin != own and origin not in settings.WS_ALLOWED_ORIGINS:
        raise Forbidden("This page may not ask for that.")
