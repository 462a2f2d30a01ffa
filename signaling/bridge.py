"""The one crossing from the event loop into synchronous code.

Channels' own database_sync_to_async runs every call of the process in one thread, so one
slow query would stall every socket. Here a bounded pool runs them side by side, each call
gives its database connection back, and a full queue is refused instead of growing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, close_old_connections, connections

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Calls waiting for a thread beyond this are refused: they would time out anyway.
MAX_WAITING = 1_000
# A reply that takes longer is answered as temporarily unavailable.
PATIENCE_S = 2.8

waiting = 0


class DatabaseBusy(OperationalError):
    """The database cannot take more calls now, or did not answer in time."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.DB_THREADS, "db")


def _call(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        # With a connection pool this hands the connection back.
        connections.close_all()


async def in_thread(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run a synchronous function in the pool and return its result.

    Raises Busy after PATIENCE_S seconds; the call itself then still runs to its end, so
    callers must be able to repeat it.
    """
    global waiting
    if waiting >= MAX_WAITING:
        raise DatabaseBusy("too many calls are waiting")
    waiting += 1
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.get_running_loop().run_in_executor(
                _pool(), lambda: _call(function, *args, **kwargs)
            )
    except TimeoutError:
        raise DatabaseBusy("the database did not answer in time") from None
    finally:
        waiting -= 1
