"""Reading files beside the event loop, a piece at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.core.files.base import File

from signaling.bridge import in_thread

PIECE_BYTES = 256 * 1024


async def read_pieces(file: File[bytes]) -> AsyncIterator[bytes]:
    """Yield the file's content; one piece is in memory at a time."""
    try:
        while piece := await in_thread(file.read, PIECE_BYTES):
            yield piece
    finally:
        await in_thread(file.close)
