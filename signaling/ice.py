"""STUN and TURN servers, with credentials by coturn's REST scheme.

Source: draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

from django.conf import settings


def ice_servers(account_uuid: str, transport: str) -> list[dict[str, Any]]:
    """Return RTCIceServer dictionaries for the policy; none for `server`.

    The user part of the name is the account, so coturn's `user-quota` caps a tenant. Their
    credentials open an allocation for TURN_TTL_S seconds.
    """
    if transport == "server":
        return []
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS and transport == "direct":
        servers.append({"urls": list(settings.STUN_URLS)})
    if relay_available():
        username = f"{int(time.time()) + settings.TURN_TTL_S}:{account_uuid}"
        servers.append(
            {
                "urls": list(settings.TURN_URLS),
                "username": username,
                "credential": turn_credential(settings.TURN_SECRET, username),
            }
        )
    return servers


def relay_available() -> bool:
    return bool(settings.TURN_URLS and settings.TURN_SECRET)


def turn_credential(secret: str, username: str) -> str:
    """Return base64(HMAC-SHA1(secret, username))."""
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
