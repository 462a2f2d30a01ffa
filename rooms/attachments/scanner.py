"""Asking a virus scanner, where the operator named one: ClamAV's daemon, by `CLAMD_URL`."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.conf import settings

TIMEOUT_S = 25
PORT = 3310


class ScannerAway(Exception):
    """The scanner does not answer; nobody may see the file until it does."""


def is_wanted() -> bool:
    return bool(settings.CLAMD_URL)


def is_infected(content: bytes) -> bool:
    """Return whether the scanner knows something bad of these bytes. Raises ScannerAway."""
    try:
        answer = _open_scanner().instream(io.BytesIO(content))
    except (ClamdError, OSError) as error:
        raise ScannerAway(str(error)) from error
    states = {state for state, _ in answer.values()}
    if states <= {"OK", "FOUND"} and states:
        return "FOUND" in states
    raise ScannerAway("The scanner's answer cannot be read.")


def _open_scanner() -> ClamdNetworkSocket:
    place = urlsplit(settings.CLAMD_URL)
    if place.scheme == "unix":
        return ClamdUnixSocket(place.path, timeout=TIMEOUT_S)
    return ClamdNetworkSocket(place.hostname or "", place.port or PORT, timeout=TIMEOUT_S)
