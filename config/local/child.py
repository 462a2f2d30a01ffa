"""python -m config.local.child PROGRAM ARG… – becomes it, and ends when its parent does."""

from __future__ import annotations

import os
import signal
import sys

from config.local.privilege import follow_parent

if __name__ == "__main__":
    follow_parent(signal.SIGTERM)
    if os.getppid() == 1:
        sys.exit("the parent is gone")
    os.execv(sys.argv[1], sys.argv[1:])
