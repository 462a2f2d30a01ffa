"""Django's PostgreSQL, with a pool that gets over a restart of the server at once."""

from __future__ import annotations

import select
from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> Any:
        pool = super().pool
        # Django leaves no way to name another check.
        if pool is not None and pool._check is ConnectionPool.check_connection:
            pool._check = partial(check_or_renew, pool)
        return pool


def check_or_renew(pool: Any, connection: psycopg.Connection[Any]) -> None:
    """Raise if the connection is broken, and then look at all that wait in the pool.

    PostgreSQL says nothing unasked on a connection that rests, but for its end; so a round trip
    is spent only where something came.

    After a restart every one of them is broken, and the pool by itself tries them one after
    the other with growing pauses: the first requests would all run into its timeout.
    """
    if is_silent(connection.fileno()):
        return
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        pool.check()
        raise


def is_silent(file: int) -> bool:
    """Whether nothing has come on the socket, not even its end."""
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    return not waiting.poll(0)
