"""How long a statement, a wait for a lock and an idle transaction may last.

Told to PostgreSQL when a connection begins. A pooler takes no such words, and what a session is
told later reaches one server connection of many: behind one, they are defaults of the role.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

# A runaway query or lock must not hold a pool slot.
LIMITS_MS = {
    "statement_timeout": 5000,
    "lock_timeout": 2000,
    "idle_in_transaction_session_timeout": 10_000,
}
REMEDY = (
    "behind a pooler set DB_POOLER=transaction, run: manage.py prepare, "
    "and let the pooler reconnect (docs/operations.md)"
)
KNOWN = """
SELECT unnest(setconfig) FROM pg_db_role_setting
WHERE setrole = %s::regrole AND setdatabase =
    (SELECT oid FROM pg_database WHERE datname = current_database())
"""
ELDERS = """
SELECT count(*) FROM pg_stat_activity
WHERE usename = %s AND datname = current_database() AND pid <> pg_backend_pid()
"""
TRANSACTION_POOLER = "transaction"


def spell_options(limits_ms: dict[str, int]) -> str:
    """Return the limits as libpq's `options`."""
    return " ".join(f"-c {name}={limit_ms}" for name, limit_ms in limits_ms.items())


def find_missing(cursor: Any) -> list[str]:
    """Return the limits that do not hold on this connection."""
    cursor.execute(
        "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = '0' ORDER BY name",
        [list(LIMITS_MS)],
    )
    return [name for (name,) in cursor.fetchall()]


def give_to_role(cursor: Any, role: str) -> int:
    """Make the limits the role's defaults in this database; those it has are left alone.

    Return how many connections of the role are older than a change, and so go on without.
    Raises DatabaseError where the role of this connection may not do that.
    """
    name = sql.Identifier(role)
    cursor.execute(KNOWN, [name.as_string(None)])
    known = {line.partition("=")[0] for (line,) in cursor.fetchall()}
    missing = [limit for limit in LIMITS_MS if limit not in known]
    for limit in missing:
        cursor.execute(spell_default(cursor, role, limit))
    if not missing:
        return 0
    cursor.execute(ELDERS, [role])
    return int(cursor.fetchone()[0])


def spell_default(cursor: Any, role: str, limit: str) -> str:
    """Return the statement that gives the role this limit."""
    cursor.execute("SELECT current_database()")
    statement = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
        sql.Identifier(role),
        sql.Identifier(cursor.fetchone()[0]),
        sql.Identifier(limit),
        sql.Literal(LIMITS_MS[limit]),
    )
    return statement.as_string(None)
