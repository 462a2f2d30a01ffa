from __future__ import annotations

import time


class Breaker:
    """After a failure nobody asks a service again for a moment.

    So one that hangs costs one wait, not one per question. It is shared by threads; two that
    fail at once both wait, which is harmless.
    """

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the service is left alone just now."""
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        self._open_until = time.monotonic() + self._pause_s
