"""Short codes by which a service tells us whose account a member brought along from our page."""

from __future__ import annotations

import base64
import time
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.base.errors import NotFound
from accounts.team.models import Membership

GOOD_FOR_S = 1800
MAC_BYTES = 12
# The 16 bytes of a UUID and 4 of a time, with their mac: 43 letters, where services take 64.
CODE_BYTES = 20 + MAC_BYTES


def make_code(membership: Membership, kind: str) -> str:
    """Return a code for this channel that names the member for half an hour."""
    facts = membership.uuid.bytes + int(time.time() + GOOD_FOR_S).to_bytes(4, "big")
    return base64.urlsafe_b64encode(facts + _sign(kind, facts)).rstrip(b"=").decode()


def read_code(code: str, kind: str) -> Membership:
    """Return whom the code names. Raises NotFound."""
    try:
        content = base64.b64decode(code + "=", altchars=b"-_", validate=True)
    except ValueError:
        raise NotFound from None
    facts, mac = content[:20], content[20:]
    is_ours = len(content) == CODE_BYTES and constant_time_compare(mac, _sign(kind, facts))
    if not is_ours or int.from_bytes(facts[16:], "big") < time.time():
        raise NotFound
    places = Membership.objects.select_related("account", "user")
    found = places.filter(uuid=UUID(bytes=facts[:16]), user__is_active=True).first()
    if found is None or not found.account.is_open:
        raise NotFound
    return found


def _sign(kind: str, facts: bytes) -> bytes:
    mac = salted_hmac(f"doorbell.code.{kind}", facts, algorithm="sha256").digest()
    return mac[:MAC_BYTES]
