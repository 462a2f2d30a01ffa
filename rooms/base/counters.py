"""Counts that all processes keep together, in Redis: a worker counts, a web process tells.

They are for /metrics alone. While Redis is away nothing is counted, and a Redis that forgot
starts again from nothing, as a restarted process would.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

from django.db import transaction
from redis import RedisError

from accounts.base.redis import get_redis

KEY = "tallies"
# Upper bounds of what is counted by how long it took, in seconds.
BOUNDS_S = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, float("inf"))

Field = tuple[str, ...]


def count(*field: str, amount: int = 1) -> None:
    """Add one, or as many as `amount` says, once the current transaction is committed."""
    _after_commit(lambda: get_redis().hincrby(KEY, "|".join(field), amount))


def observe(name: str, seconds: float) -> None:
    """Count one more that took so long, once the current transaction is committed."""
    bound = next(bound for bound in BOUNDS_S if seconds <= bound)

    def write() -> None:
        get_redis().hincrby(KEY, f"{name}|{bound}", 1)
        get_redis().hincrbyfloat(KEY, f"{name}|sum", seconds)

    _after_commit(write)


def read() -> dict[Field, float]:
    """Return every count by its field; none while Redis is away."""
    try:
        found = cast("dict[bytes, bytes]", get_redis().hgetall(KEY))
    except RedisError:
        return {}
    return {tuple(field.decode().split("|")): float(value) for field, value in found.items()}


def _after_commit(write: Callable[[], object]) -> None:
    def try_to_write() -> None:
        with suppress(RedisError):
            write()

    transaction.on_commit(try_to_write)
