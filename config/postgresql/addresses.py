from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

from django.core.exceptions import ImproperlyConfigured

from config.addresses import split
from config.postgresql.limits import LIMITS_MS, TRANSACTION_POOLER, spell_options

# A dead PostgreSQL has to be answered within 3 s.
POOL_TIMEOUT_S = 2.5
CONNECT_TIMEOUT_S = 2
# The pool's own attempts back off for minutes, and meanwhile no request may open a connection:
# an outage would last twice as long. Given up soon, the next request tries again.
RECONNECT_TIMEOUT_S = 0.5
POOL = {
    "min_size": 1,
    "timeout": POOL_TIMEOUT_S,
    "max_waiting": 200,
    "reconnect_timeout": RECONNECT_TIMEOUT_S,
    "max_lifetime": 1800,
}
# A pooler gives the next statement to another session, which knows nothing of these.
SESSION_BOUND = {"options", "assume_role", "prepare_threshold"}


def parse_database(
    url: str, *, password: str = "", pool_size: int, max_age_s: int = 0, pooler: str = ""
) -> dict[str, Any]:
    """Return a DATABASES entry; pool_size 0 means a connection per thread, kept max_age_s.

    A `password` is taken as it is, for an address without one. Behind a `pooler` nothing is
    used that belongs to a session.
    """
    parts = split(url, "DATABASE_URL")
    query = dict(parse_qsl(parts.query))
    if password and (parts.password or "password" in query):
        raise ImproperlyConfigured(
            "DATABASE_URL has a password already; leave it out there, or DATABASE_PASSWORD."
        )
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://.")
    host = query.pop("host", unquote(parts.hostname or ""))
    options: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **query}
    if pooler != TRANSACTION_POOLER:
        options["options"] = f"{spell_options(LIMITS_MS)} {query.get('options', '')}".strip()
    elif bound := SESSION_BOUND & query.keys():
        raise ImproperlyConfigured(
            f"DATABASE_URL: {', '.join(sorted(bound))} cannot pass a pooler (DB_POOLER)."
        )
    if pool_size:
        options["pool"] = {**POOL, "max_size": pool_size}
    return {
        "ENGINE": "config.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "doorbell",
        "USER": unquote(parts.username or ""),
        "PASSWORD": password or unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        # Under ASGI a persistent connection per thread leaks; the pool keeps them instead.
        "CONN_MAX_AGE": 0 if pool_size else max_age_s,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": pooler == TRANSACTION_POOLER,
        "OPTIONS": options,
    }
