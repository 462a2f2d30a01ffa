"""How to run PostgreSQL, which refuses to be root, without changing anything outside the clone.

A plain user needs nothing. Root enters a user namespace of one process, where it is nobody
special while files stay root's. Where namespaces are forbidden (some containers) the server runs
as `nobody` with its binaries and data in a place made for it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
# Any number that is not 0.
INNER_ID = 1000

Preparation = Callable[[], None]


def follow_parent(number: signal.Signals) -> None:
    """Get the signal when the parent dies, even by kill -9. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))


def enter_namespace() -> None:
    """Be an ordinary user inside a user namespace. Raises OSError where that is forbidden."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_ID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_ID} {gid} 1")


def become_nobody() -> None:
    user = find_nobody()
    os.setgroups([])
    os.setgid(user[1])
    os.setuid(user[0])


def find_nobody() -> tuple[int, int]:
    """Return the uid and gid of the system's `nobody`."""
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam("nobody")
        return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def namespaces_work(program: Path) -> bool:
    """Whether the program can be run by root inside a user namespace of its own."""
    if sys.platform != "linux":
        return False
    try:
        done = subprocess.run(
            [program, "--version"], preexec_fn=enter_namespace, capture_output=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def choose_preparation(program: Path) -> Preparation:
    """Return what a child must do before it becomes the program."""
    if os.geteuid() != 0:
        return lambda: None
    return enter_namespace if namespaces_work(program) else become_nobody
