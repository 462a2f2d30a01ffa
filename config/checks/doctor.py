"""What `manage.py doctor` looks at. Each check returns what is fine or raises Finding."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from psycopg_pool import PoolTimeout
from redis import Redis, RedisError
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from config.checks import forwarding
from config.checks.finding import Finding
from config.postgresql import limits

TIMEOUT_S = 5
MAX_SKEW_S = 0.5
OLDEST_POSTGRES = 140_000
OLDEST_REDIS = (6, 2)


def check_postgres() -> str:
    try:
        connection.ensure_connection()
    except (DatabaseError, PoolTimeout) as error:
        remedy = "check DATABASE_URL and the server"
        raise Finding(
            f"does not answer: {error}", limits.REMEDY if "startup" in str(error) else remedy
        ) from None
    version = connection.cursor().connection.info.server_version
    if version < OLDEST_POSTGRES:
        raise Finding(f"is version {version // 10_000}", "use PostgreSQL 14 or newer")
    return f"version {version // 10_000}"


def check_limits() -> str:
    """A pooler may have kept them from PostgreSQL without a word."""
    with connection.cursor() as cursor:
        missing = limits.find_missing(cursor)
    if missing:
        raise Finding(f"do not hold: {', '.join(missing)}", limits.REMEDY)
    return "statements, locks and open transactions end in time"


def check_migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Finding(f"{len(missing)} are missing", "run: manage.py prepare")
    return "all applied"


def check_redis() -> str:
    try:
        with _redis() as client:
            version = str(client.info("server")["redis_version"])
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except RedisError as error:
        raise Finding(f"does not answer: {error}", "check REDIS_URL and the server") from None
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        raise Finding(f"is version {version}", "use Redis 6.2 or newer")
    if policy != "noeviction":
        raise Finding(
            f"may evict keys ({policy})", "set maxmemory-policy noeviction: queues live there"
        )
    return f"version {version}, {policy}"


def check_clock() -> str:
    """Tickets and presence compare times of different machines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        row = cursor.fetchone()
    skew_s = abs(float(row[0]) - time.time()) if row else 0.0
    with _redis() as client:
        seconds, micros = client.time()
    skew_s = max(skew_s, abs(seconds + micros / 1e6 - time.time()))
    if skew_s > MAX_SKEW_S:
        raise Finding(f"differs by {skew_s:.1f} s between machines", "run NTP on all of them")
    return f"within {skew_s * 1000:.0f} ms of PostgreSQL and Redis"


def check_origins() -> str:
    if settings.SITE_URL not in settings.WS_ALLOWED_ORIGINS:
        raise Finding("SITE_URL is not among WS_ALLOWED_ORIGINS", "add it")
    host = urlsplit(settings.SITE_URL).hostname or ""
    known = settings.ALLOWED_HOSTS
    if not any(host == name or (name[:1] == "." and host.endswith(name)) for name in known):
        raise Finding(f"{host} is not among ALLOWED_HOSTS", "add it")
    return str(settings.SITE_URL)


def check_websocket() -> str:
    """Go the way a browser goes, proxy included. Without a ticket we are let in and sent away."""
    address = str(settings.SITE_URL).replace("http", "ws", 1) + "/ws/"
    try:
        with connect(
            address,
            origin=Origin(settings.SITE_URL),
            subprotocols=[Subprotocol("doorbell.v1")],
            open_timeout=TIMEOUT_S,
            proxy=None,
        ):
            return address
    except InvalidHandshake as error:
        raise Finding(
            f"{address} is not upgraded: {error}",
            "let the proxy pass Upgrade and Connection (deploy/nginx.conf)",
        ) from None
    except (OSError, TimeoutError, WebSocketException) as error:
        raise Finding(f"{address} does not answer: {error}", "check SITE_URL and DNS") from None


def check_mail() -> str:
    try:
        with contextlib.closing(mail.get_connection()) as mailer:
            mailer.open()
    except OSError as error:
        raise Finding(f"does not answer: {error}", "check EMAIL_URL") from None
    return str(settings.EMAIL_BACKEND).rsplit(".", 1)[1]


def check_turn() -> str:
    if not settings.TURN_URLS:
        return "none configured: peers that cannot meet directly talk through the server"
    if not settings.TURN_SECRET:
        raise Finding("has no TURN_SECRET", "set it to coturn's static-auth-secret")
    for url in settings.TURN_URLS:
        scheme, _, rest = url.partition(":")
        host, _, port = rest.partition("?")[0].partition(":")
        if scheme not in {"turn", "turns"} or not host:
            raise Finding(f"{url} is not an address", "write turn:host:3478?transport=udp")
        if "transport=udp" not in rest:
            _reach(url, host, int(port or (5349 if scheme == "turns" else 3478)))
    return f"{len(settings.TURN_URLS)} addresses; those over TCP answer"


CHECKS: dict[str, Callable[[], str]] = {
    "PostgreSQL": check_postgres,
    "Limits": check_limits,
    "Migrations": check_migrations,
    "Redis": check_redis,
    "Clock": check_clock,
    "Addresses": check_origins,
    "Proxy": forwarding.check_headers,
    "Pages": forwarding.check_page,
    "WebSocket": check_websocket,
    "E-mail": check_mail,
    "TURN": check_turn,
}


def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )


def _reach(url: str, host: str, port: int) -> None:
    try:
        socket.create_connection((host, port), TIMEOUT_S).close()
    except OSError as error:
        raise Finding(f"{url} does not answer: {error}", "check coturn and the firewall") from None
