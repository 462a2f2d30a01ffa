"""What a request carries besides its body: an ETag's If-Match, its size."""

from __future__ import annotations

import hashlib
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from rest_framework.request import Request

from accounts.base.bodies import BODY_MAX_BYTES
from accounts.base.errors import BodyTooLarge
from api.errors import LengthRequired

PIECE_BYTES = 65_536


def check_size(request: Request, max_bytes: int = BODY_MAX_BYTES) -> None:
    """Refuse a body before reading it. Raises LengthRequired, BodyTooLarge."""
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        raise LengthRequired
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal():
        raise LengthRequired
    if int(length) > max_bytes:
        raise BodyTooLarge(f"A body may have {max_bytes} bytes here.")


def spool_body(request: Request, max_bytes: int) -> IO[bytes]:
    """Return a large body as a file that is on disk rather than in memory. Raises BodyTooLarge."""
    page: Any = request._request
    digest, left = hashlib.sha256(), max_bytes
    spool: Any = SpooledTemporaryFile(max_size=BODY_MAX_BYTES)  # noqa: SIM115
    while piece := page.read(PIECE_BYTES):
        left -= len(piece)
        if left < 0:
            raise BodyTooLarge(f"A body may have {max_bytes} bytes here.")
        digest.update(piece)
        spool.write(piece)
    page.body_digest = digest.digest()
    spool.seek(0)
    opened: IO[bytes] = spool
    return opened
