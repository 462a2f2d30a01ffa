"""Passcodes of links: hashed outside transactions, two at a time in a process.

A hash is made to be costly. Without a bound, many wrong tries at once would take the memory and
the time of everybody else; inside a transaction they would hold its connection and locks, too.
The threads are always the same two: malloc keeps what a thread once used.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection

from accounts.base.errors import Invalid, Unavailable
from rooms.base.validation import clean_line
from rooms.links.models import DirectLink
from rooms.links.services import guesses

PASSCODE_MIN_CHARS, PASSCODE_MAX_CHARS = 4, 64
AT_ONCE = 2
# Longer than a queue of honest guests takes; a flood is told to come back.
PATIENCE_S = 2.0
RETRY_AFTER_S = 5.0

Answer = TypeVar("Answer")
_hashers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passcode")


def hash_passcode(passcode: str) -> str:
    """Return what is stored of a passcode, "" for none. Raises Invalid, Unavailable."""
    if not passcode:
        return ""
    if not PASSCODE_MIN_CHARS <= len(passcode) <= PASSCODE_MAX_CHARS:
        raise Invalid(
            f"Use {PASSCODE_MIN_CHARS} to {PASSCODE_MAX_CHARS} characters.", field="passcode"
        )
    passcode = clean_line(passcode, "passcode")
    return _take_turn(lambda: make_password(passcode, hasher="passcode"))


def is_passcode(passcode: str, link: DirectLink) -> bool:
    """Whether this is the link's passcode. Raises RateLimited, Unavailable.

    An empty one is wrong without any cost: it is how a page asks whether it has to ask.
    """
    if not passcode:
        return False
    return _take_turn(lambda: _check(passcode, link))


def _check(passcode: str, link: DirectLink) -> bool:
    """In the turn: of many who came at once, those behind the first wrong ones have to wait."""
    guesses.check_wait(link)
    if check_password(passcode, link.passcode):
        return True
    guesses.note_wrong(link)
    return False


def _take_turn(work: Callable[[], Answer]) -> Answer:
    if not connection.in_atomic_block:
        # Whoever waits here needs no database; with a pool somebody else gets the connection.
        connection.close()
    turn = _hashers.submit(work)
    try:
        return turn.result(PATIENCE_S)
    except TimeoutError:
        # What has begun is waited for.
        if turn.cancel():
            raise Unavailable(retry_after_s=RETRY_AFTER_S) from None
        return turn.result()
