"""Turns DATABASE_URL, REDIS_URL and EMAIL_URL into what Django and Celery want."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


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
            "EMAIL_BACKEND": "config.local.mail.FileBackend",
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


def name_site(url: str) -> str:
    """Return the site as whom push services may write to: https, and without a port."""
    return f"https://{urlsplit(url).hostname}"


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
