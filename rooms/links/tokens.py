from __future__ import annotations

import secrets

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LINK_TOKEN_CHARS = 12


def make_link_token() -> str:
    """Return a fresh address: 70 bits, a doorbell's address rather than a key."""
    return "".join(secrets.choice(BASE58) for _ in range(LINK_TOKEN_CHARS))
