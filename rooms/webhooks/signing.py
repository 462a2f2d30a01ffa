"""Signatures as Standard Webhooks 1.0 wants them: any of its libraries verifies ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32


def make_secret() -> str:
    """Return a fresh secret in the form that receivers keep it in."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, webhook_id: str, timestamp_s: int, body: str) -> str:
    """Return `v1,<base64>` over id, time and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{webhook_id}.{timestamp_s}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def make_headers(
    secrets: Iterable[str], webhook_id: str, timestamp_s: int, body: str
) -> dict[str, str]:
    """Return the three headers of one try; every live secret signs."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(
            sign(secret, webhook_id, timestamp_s, body) for secret in secrets
        ),
    }
