"""The process's plain, synchronous Redis client."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis

# redis-py 8 made the socket timeout a default; we always say what we want.
CLIENT_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": 2,
    "socket_timeout": 3,
    "health_check_interval": 15,
}


@cache
def get_redis() -> Redis:
    """Return the shared client; it is thread-safe and connects on first use."""
    return Redis.from_url(settings.REDIS_URL, **CLIENT_OPTIONS)
