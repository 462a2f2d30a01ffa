"""Django's PostgreSQL: a pool that gets over a restart at once, and limits that are looked at."""

from __future__ import annotations

import logging
import select
from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from config.postgresql.limits import REMEDY, find_missing

logger = logging.getLogger(__name__)


class DatabaseWrapper(base.DatabaseWrapper):
    _has_limits = False

    @property
    def pool(self) -> Any:
        pool = super().pool
        # Django leaves no way to name another check.
        if pool is not None and pool._check is ConnectionPool.check_connection:
            pool._check = partial(check_or_renew, pool)
        return pool

    def _configure_connection(self, connection: Any) -> bool:
        """Called once for each connection, and the place to see what a pooler kept from us."""
        commit = bool(super()._configure_connection(connection))  # type: ignore[misc]  # not in the stubs
        if "TURN" not in self.settings_dict and self._may_lack_limits():
            with connection.cursor() as cursor:
                missing = find_missing(cursor)
            DatabaseWrapper._has_limits = not missing
            if missing:
                logger.error("Nothing limits %s in the database: %s", ", ".join(missing), REMEDY)
        return commit

    def _may_lack_limits(self) -> bool:
        """A pooler hands out its connections at random; without one they are all alike."""
        return not DatabaseWrapper._has_limits or "options" not in self.settings_dict["OPTIONS"]


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
