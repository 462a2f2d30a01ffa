"""Settings that must agree with each other; what disagrees does not start."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from rooms.notifications.channels.webpush import vapid

# Ends of names that lead nowhere outside (RFC 2606, RFC 6762).
UNREACHABLE = (".local", ".localhost", ".invalid", ".test")


@register()
def check_intervals(**_: Any) -> list[CheckMessage]:
    if settings.PING_INTERVAL_S * 2 < settings.PRESENCE_TTL_S:
        return []
    return [
        Error(
            f"PRESENCE_TTL_S ({settings.PRESENCE_TTL_S}) must be more than twice "
            f"PING_INTERVAL_S ({settings.PING_INTERVAL_S}).",
            hint="One lost ping would show a present guest as gone.",
            id="config.E001",
        )
    ]


@register()
def check_stall(**_: Any) -> list[CheckMessage]:
    if settings.WS_STALL_S >= settings.PING_INTERVAL_S:
        return []
    return [
        Error(
            f"WS_STALL_S ({settings.WS_STALL_S}) must not be less than "
            f"PING_INTERVAL_S ({settings.PING_INTERVAL_S}).",
            hint="Clients would be closed as too slow before it is their time to ping.",
            id="config.E008",
        )
    ]


@register()
def check_connections(**_: Any) -> list[CheckMessage]:
    """PostgreSQL's default of 100 connections has to serve every process and the workers."""
    most = settings.DB_POOL_SIZE * settings.WEB_PROCESSES
    found: list[CheckMessage] = []
    if most > settings.DATABASE_MAX_CONNECTIONS - 10:
        found.append(
            Error(
                f"DB_POOL_SIZE × WEB_PROCESSES = {most} leaves no room for workers within "
                f"DATABASE_MAX_CONNECTIONS = {settings.DATABASE_MAX_CONNECTIONS}.",
                hint="Lower DB_POOL_SIZE, or raise max_connections in PostgreSQL and this value.",
                id="config.E002",
            )
        )
    if settings.DB_POOL_SIZE and settings.DB_POOL_SIZE <= settings.DB_THREADS:
        found.append(
            Error(
                f"DB_POOL_SIZE ({settings.DB_POOL_SIZE}) must be more than "
                f"DB_THREADS ({settings.DB_THREADS}).",
                hint="The sockets' threads would take every connection away from the pages.",
                id="config.E003",
            )
        )
    return found


@register(Tags.security)
def check_hosts(**_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            'ALLOWED_HOSTS contains "*".',
            hint="Name the hosts: links in e-mails and origin checks rely on them.",
            id="config.E004",
        )
    ]


@register()
def check_site(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    site = urlsplit(settings.SITE_URL)
    if f"{site.scheme}://{site.netloc}" not in settings.WS_ALLOWED_ORIGINS:
        found.append(
            Error(
                f"WS_ALLOWED_ORIGINS does not contain SITE_URL ({settings.SITE_URL}).",
                hint="The site's own pages could not open their socket.",
                id="config.E005",
            )
        )
    if site.path or site.query:
        found.append(
            Error("SITE_URL must be scheme, host and port only.", id="config.E006"),
        )
    return found


@register()
def check_turn(**_: Any) -> list[CheckMessage]:
    if bool(settings.TURN_URLS) == bool(settings.TURN_SECRET):
        return []
    return [
        Error(
            "TURN_URLS and TURN_SECRET go together; only one of them is set.",
            hint="The secret is coturn's static-auth-secret.",
            id="config.E007",
        )
    ]


@register()
def check_vapid(**_: Any) -> list[CheckMessage]:
    """Apple refuses pushes of who names nobody that can be written to."""
    if not settings.VAPID_PRIVATE_KEY:
        return []
    found: list[CheckMessage] = []
    try:
        vapid.public_key_of(settings.VAPID_PRIVATE_KEY)
    except ValueError:
        found.append(
            Error(
                "VAPID_PRIVATE_KEY is not a private key of P-256 in base64url.",
                hint="`manage.py vapid` makes one.",
                id="config.E012",
            )
        )
    scheme, _colon, rest = settings.VAPID_SUBJECT.partition(":")
    host = rest.rpartition("@")[2] if scheme == "mailto" else urlsplit(rest).hostname or ""
    is_reachable = "." in host and not host.endswith(UNREACHABLE)
    if scheme not in ("mailto", "https") or not (is_reachable or settings.SITE_URL[:5] == "http:"):
        found.append(
            Error(
                f"VAPID_SUBJECT ({settings.VAPID_SUBJECT}) is nobody a push service can write to.",
                hint="Write mailto: and an address of your own, or your site with https:.",
                id="config.E013",
            )
        )
    return found


@register()
def check_telegram(**_: Any) -> list[CheckMessage]:
    if bool(settings.TELEGRAM_BOT_TOKEN) == bool(settings.TELEGRAM_BOT_NAME):
        return []
    return [
        Error(
            "TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_NAME go together; only one of them is set.",
            hint="@BotFather says both.",
            id="config.E014",
        )
    ]


@register()
def check_wire(**_: Any) -> list[CheckMessage]:
    """Sockets must live longer than the tickets that open them."""
    if settings.RESUME_TTL_S > settings.TICKET_TTL_S:
        return []
    return [Warning("RESUME_TTL_S should be longer than TICKET_TTL_S.", id="config.W001")]


@register()
def check_wordless_rooms(**_: Any) -> list[CheckMessage]:
    """The clock of the sweep is up to an hour behind (see rooms.privacy.cleanup)."""
    if settings.WORDLESS_ROOM_HOURS * 3600 >= settings.RESUME_TTL_S + 3600:
        return []
    return [
        Error(
            f"WORDLESS_ROOM_HOURS ({settings.WORDLESS_ROOM_HOURS}) must be at least an hour more "
            f"than RESUME_TTL_S ({settings.RESUME_TTL_S} s).",
            hint="A page that comes back with its resume token would find its room removed.",
            id="config.E009",
        )
    ]
