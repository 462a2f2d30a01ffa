"""Who we are to a push service: the key pair of the installation (RFC 8292)."""

from __future__ import annotations

import base64
import time
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

# At most 24 hours; services refuse what is good for longer.
GOOD_FOR_S = 12 * 3600


def make_private_key() -> str:
    """Return a new private key as VAPID_PRIVATE_KEY has it: 32 bytes in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return encode(number.to_bytes(32, "big"))


def public_key_of(private_key: str) -> str:
    """Return what a browser is given as applicationServerKey. Raises ValueError."""
    point = _load(private_key).public_key
    return encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def sign(endpoint: str) -> str:
    """Return the Authorization header for a push to this endpoint."""
    url = urlsplit(endpoint)
    # New claims each time: the library writes into what it is given.
    claims = {
        "aud": f"{url.scheme}://{url.netloc}",
        "exp": int(time.time()) + GOOD_FOR_S,
        "sub": settings.VAPID_SUBJECT,
    }
    header: str = _load(settings.VAPID_PRIVATE_KEY).sign(claims)["Authorization"]
    return header


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@cache
def _load(private_key: str) -> Vapid02:
    number = int.from_bytes(decode(private_key), "big")
    return Vapid02(ec.derive_private_key(number, ec.SECP256R1()))
