from __future__ import annotations

import uuid

from accounts.base.sealing import BadToken, Signature

_guests = Signature("doorbell.guest", sep=":")


def sign_guest(guest_uuid: uuid.UUID) -> str:
    """Return the value of the guest's cookie."""
    return _guests.sign(guest_uuid.hex)


def read_guest(value: str) -> uuid.UUID:
    """Return the guest named by the cookie. Raises BadToken."""
    try:
        return uuid.UUID(_guests.read(value))
    except (BadToken, ValueError):
        raise BadToken from None
