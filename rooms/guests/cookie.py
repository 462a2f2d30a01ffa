from __future__ import annotations

import uuid

from django.core import signing

from rooms.base.sealing import BadToken

_guests = signing.Signer(salt="doorbell.guest")


def sign_guest(guest_uuid: uuid.UUID) -> str:
    """Return the value of the guest's cookie."""
    return _guests.sign(guest_uuid.hex)


def read_guest(value: str) -> uuid.UUID:
    """Return the guest named by the cookie. Raises BadToken."""
    try:
        return uuid.UUID(_guests.unsign(value))
    except (signing.BadSignature, ValueError):
        raise BadToken from None
