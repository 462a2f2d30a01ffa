"""Changing the schema: one process at a time, and patient with whoever reads meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError

from config.postgresql.addresses import parse_database
from config.postgresql.limits import TRANSACTION_POOLER, spell_options

# "prep". An advisory lock belongs to one database, so installations do not meet.
TURN = 0x70726570
TURN_POLL_S = 0.2
# Whoever waits for a whole table holds up all that come after: shorter than requests wait.
LOCK_TIMEOUT_MS = 1000
FIRST_PAUSE_S = 1.0
MAX_PAUSE_S = 30.0
LIMITS_MS = {
    "statement_timeout": 0,
    "lock_timeout": LOCK_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": 0,
}
# lock_not_available, deadlock_detected
OUTRUN = {"55P03", "40P01"}
OTHERS = """
SELECT pid, coalesce(nullif(application_name, ''), usename, '?'), coalesce(state, 'busy'),
    extract(epoch FROM clock_timestamp() - xact_start)::int
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND xact_start < clock_timestamp() - interval '1 second'
ORDER BY xact_start LIMIT 5
"""

Tell = Callable[[str], object]


@contextmanager
def hold_migration_lock(connection: Any, tell: Tell) -> Iterator[None]:
    """Let this process alone prepare the database; others that ask wait until it is through.

    Meanwhile the connection goes to PostgreSQL itself, without the requests' limits. The turn
    is the session's: it ends with the process, however that ends. Inside a turn this does
    nothing. Raises CommandError where a pooler is the only way.
    """
    usual = connection.settings_dict
    if "TURN" in usual:
        yield
        return
    connection.close()
    connection.settings_dict = _settings_of_turn(usual)
    try:
        _wait_for_turn(connection, tell)
        yield
    finally:
        connection.close()
        connection.settings_dict = usual


def insist(work: Callable[[], object], connection: Any, is_atomic: Callable[[], bool]) -> None:
    """Do the work until nobody holds what it needs, with growing pauses in between.

    Only while what was undone leaves nothing behind. Raises CommandError after
    MIGRATION_PATIENCE_S.
    """
    pause_s, deadline = FIRST_PAUSE_S, time.monotonic() + settings.MIGRATION_PATIENCE_S
    while True:
        try:
            work()
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in OUTRUN or not is_atomic():
                raise
        if time.monotonic() + pause_s > deadline:
            raise CommandError(_explain(connection)) from None
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, MAX_PAUSE_S)


def wait_for_locks(connection: Any, *, at_most_ms: int) -> None:
    """Set how long the next statements wait for a lock; 0 is for as long as it takes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {at_most_ms}")


def _settings_of_turn(usual: dict[str, Any]) -> dict[str, Any]:
    if settings.DATABASE_DIRECT_URL:
        direct = parse_database(settings.DATABASE_DIRECT_URL, pool_size=0)
        direct["PASSWORD"] = direct["PASSWORD"] or settings.DATABASE_PASSWORD
    elif settings.DB_POOLER == TRANSACTION_POOLER:
        raise CommandError(
            "With DB_POOLER=transaction set DATABASE_DIRECT_URL to PostgreSQL's own address: "
            "migrations need a session of their own."
        )
    else:
        direct = usual
    # Of what is said twice the last word counts.
    options = {**direct["OPTIONS"]}
    options["options"] = f"{options.get('options', '')} {spell_options(LIMITS_MS)}".strip()
    options.pop("pool", None)
    return {**usual, **direct, "OPTIONS": options, "TURN": True}


def _wait_for_turn(connection: Any, tell: Tell) -> None:
    """Ask again and again: who waits inside a statement would hold up an index built beside."""
    told = False
    while not _is_our_turn(connection):
        if not told:
            tell("Another process prepares this database; waiting until it is through.")
        told = True
        time.sleep(TURN_POLL_S)


def _is_our_turn(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TURN])
        return bool(cursor.fetchone()[0])


def _explain(connection: Any) -> str:
    """Say who is in the way. Not by their statements: those hold people's words."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        others = [
            f"process {pid} ({name}, {state}, for {seconds} s)"
            for pid, name, state, seconds in cursor.fetchall()
        ]
    return (
        f"A migration did not get its locks within {settings.MIGRATION_PATIENCE_S} s; it changed "
        f"nothing. Open transactions: {', '.join(others) or 'none by now'}. "
        "Let them end (SELECT pg_terminate_backend(…)) and run this again."
    )
