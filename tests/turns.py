"""How several worker processes share the tests."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# The worker that gets the largest share first, which is what runs in turn.
FIRST = "gw0"
# Chromium and faults: what has to happen in time would be late beside each other.
IN_TURN = ("tests/browser/", "tests/faults/", "tests/webrtc/")
# What starts whole sites for all tests of a file.
BY_FILE = ("tests/run/", "tests/styles/")


class Turns(LoadScopeScheduling):
    """One worker runs what must not compete, one test after the other; the others the rest.

    Where there are more tests in one, it begins earlier: single tests fill what is left.
    """

    def _split_scope(self, nodeid):
        if nodeid.startswith(IN_TURN):
            return "in turn"
        return nodeid.partition("::")[0] if nodeid.startswith(BY_FILE) else nodeid
