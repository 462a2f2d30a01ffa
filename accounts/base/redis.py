"""The process's plain, synchronous Redis client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import ConnectionError, TimeoutError
from redis.retry import Retry

from accounts.base.breaker import Breaker

# redis-py 8 made the socket timeout a default; we always say what we want.
CLIENT_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": 2,
    "socket_timeout": 3,
    "health_check_interval": 15,
}
PAUSE_S = 2.0


@cache
def get_redis() -> GuardedRedis:
    """Return the shared client; it is thread-safe and connects on first use.

    Each call may raise RedisError, and does so at once for two seconds after a failure.
    """
    pool = ConnectionPool.from_url(settings.REDIS_URL, retry=once_again(), **CLIENT_OPTIONS)
    return GuardedRedis(connection_pool=pool)


def once_again() -> Retry:
    """For a connection that died while idle; redis-py's own would try for seconds."""
    return Retry(NoBackoff(), 1)


class GuardedRedis(Redis):
    """A client behind the breaker that all clients of one server share."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _guard(self.connection_pool):
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        return _GuardedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )


class _GuardedPipeline(Pipeline):
    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _guard(self.connection_pool):
            return super().execute(raise_on_error)


@contextmanager
def _guard(pool: ConnectionPool) -> Iterator[None]:
    """Raises RedisError."""
    breaker = _breaker_of(repr(pool.connection_kwargs.get("path") or _find_host(pool)))
    if breaker.is_open:
        raise ConnectionError("Redis did not answer a moment ago.")
    try:
        yield
    except (ConnectionError, TimeoutError):
        breaker.trip()
        raise


def _find_host(pool: ConnectionPool) -> tuple[Any, Any]:
    return pool.connection_kwargs.get("host"), pool.connection_kwargs.get("port")


@cache
def _breaker_of(server: str) -> Breaker:
    return Breaker(PAUSE_S)
