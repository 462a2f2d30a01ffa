from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

from accounts.base.redis import GuardedRedis, once_again

logger = logging.getLogger(__name__)


class _GuardedClient(RedisCacheClient):
    """Behind the same breaker as every other question to this server."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, retry=once_again(), **options)
        self._client = GuardedRedis


class ForgivingRedisCache(RedisCache):
    """A cache that forgets while Redis is away instead of failing the page.

    Accepted: sign-in rate limits count nothing in that time.
    """

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _GuardedClient

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            return default

    def set(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            logger.warning("cache write skipped: %s", error)

    def add(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError:
            return True

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError:
            return False
