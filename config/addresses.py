"""Turns DATABASE_URL, REDIS_URL and EMAIL_URL into what Django and Celery want."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

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


def broker_url(redis_url: str) -> str:
    """Return the same Redis in Celery's spelling of a unix socket."""
    parts = split(redis_url, "REDIS_URL")
    if parts.scheme != "unix":
        return redis_url
    database = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{quote(parts.path)}?virtual_host={database}"


def parse_email(url: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings for EMAIL_URL.

    smtp://user:password@host:587?starttls=1, smtps://…, file:///folder, memory: or nothing
    (mails are printed).
    """
    parts = split(url, "EMAIL_URL")
    backend = "django.core.mail.backends."
    if not url:
        return {"EMAIL_BACKEND": backend + "console.EmailBackend"}
    if parts.scheme == "memory":
        return {"EMAIL_BACKEND": backend + "locmem.EmailBackend"}
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "config.mail.FileBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp://host, smtps://host, file:///folder or memory:."
        )
    implicit = parts.scheme == "smtps"
    starttls = dict(parse_qsl(parts.query)).get("starttls", "0") in {"1", "true", "yes"}
    return {
        "EMAIL_BACKEND": backend + "smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if implicit else 587 if starttls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": starttls and not implicit,
        "EMAIL_TIMEOUT": 10,
    }


def split(url: str, name: str) -> SplitResult:
    """Raises ImproperlyConfigured for what a password that is not quoted makes of an address."""
    remedy = f"{name}: write / ? # @ : [ and % in a password as %2F %3F %23 %40 %3A %5B %25"
    if name == "DATABASE_URL":
        remedy += ", or set DATABASE_PASSWORD apart, as it is"
    try:
        parts = urlsplit(url)
        sound = parts.port is None or bool(parts.hostname)
    except ValueError:
        raise ImproperlyConfigured(f"{remedy}.") from None
    beyond = parts.path if "@" in parts.netloc else parts.path + parts.query
    # Without a host there is no password, only a folder, which may have any name.
    if not sound or (parts.netloc and ("#" in url or "@" in beyond)):
        raise ImproperlyConfigured(f"{remedy}.")
    return parts


def content_sources(origins: list[str]) -> dict[str, list[str]]:
    """Return the content security policy: our own files, and nothing inline."""
    self_only = ["'self'"]
    return {
        "default-src": ["'none'"],
        "script-src": self_only,
        "style-src": self_only,
        "img-src": ["'self'", "data:", "blob:"],
        # Not every browser counts the site's own WebSocket as 'self'.
        "connect-src": ["'self'", *(origin.replace("http", "ws", 1) for origin in origins)],
        "font-src": self_only,
        "media-src": self_only,
        "manifest-src": self_only,
        "worker-src": self_only,
        "base-uri": ["'none'"],
        "form-action": self_only,
        "frame-ancestors": ["'none'"],
    }
