"""How several worker processes share the tests."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Chromium and faults: what has to happen in time would be late beside each other.
IN_TURN = ("tests/browser/", "tests/faults/", "tests/webrtc/")


class Turns(LoadScopeScheduling):
    """One worker runs what must not compete, one test after the other; the others the rest."""

    def _split_scope(self, nodeid):
        return "in turn" if nodeid.startswith(IN_TURN) else nodeid
