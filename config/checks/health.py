"""What a load balancer, a probe and Prometheus ask."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout
from redis import Redis, RedisError

PROBE_TIMEOUT_S = 2


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a sick database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """503 without PostgreSQL. Without Redis the service is degraded but still takes messages."""
    database, redis = _probe(_ask_database), _probe(_ask_redis)
    state = "down" if database else "degraded" if redis else "ok"
    body = {"status": state, "postgresql": database or "ok", "redis": redis or "ok"}
    return JsonResponse(body, status=503 if database else 200)


def metrics(request: HttpRequest) -> HttpResponse | None:
    """Prometheus' text format, for METRICS_TOKEN or, without one, for this machine only."""
    if not _may_read_metrics(request):
        return None
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


def answer(request: HttpRequest) -> HttpResponse | None:
    """Return what a probe asks for; None leaves the request to the pages, which know no such one.

    Probes come from inside: in plain HTTP, and to a process's own address instead of our name.
    """
    probe = PROBES.get(request.path)
    return probe(request) if probe else None


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        expected = f"Bearer {settings.METRICS_TOKEN}"
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), expected.encode())
    # Behind a proxy everybody would look local.
    if settings.TRUSTED_PROXY_COUNT or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _probe(ask: Callable[[], None]) -> str:
    """Return what is wrong in a word, or nothing."""
    try:
        ask()
    except (DatabaseError, PoolTimeout, RedisError) as error:
        return type(error).__name__
    return ""


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    timeout = {"socket_timeout": PROBE_TIMEOUT_S, "socket_connect_timeout": PROBE_TIMEOUT_S}
    with Redis.from_url(settings.REDIS_URL, **timeout) as client:
        client.ping()
