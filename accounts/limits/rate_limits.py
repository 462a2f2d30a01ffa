"""How fast somebody may do something: GCRA in Redis, one atomic step per question.

A limit "5/60" lets five through at once and then one every twelve seconds. With Redis away
everything is allowed: a rate limit protects the service, it must not be what takes it down.
"""

from __future__ import annotations

import contextlib
import ipaddress
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from redis import RedisError
from redis.commands.core import Script

from accounts.base.errors import RateLimited
from accounts.base.redis import get_redis

NO_ADDRESS = "0.0.0.0"

# KEYS[1] holds the time at which the bucket is empty again, in µs of Redis's own clock, which
# is the same for all processes. ARGV: count, period in µs. Nothing is written when refused.
GCRA = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local period = tonumber(ARGV[2])
local step = math.max(1, math.floor(period / tonumber(ARGV[1])))
local busy_until = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local wait = busy_until + step - period - now
if wait > 0 then
  return {0, 0, wait, busy_until - now}
end
busy_until = busy_until + step
redis.call('SET', KEYS[1], string.format('%.0f', busy_until), 'PX', math.ceil(period / 1000))
return {1, math.floor((period - (busy_until - now)) / step), 0, busy_until - now}
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one question; `reset_s` is when all of `limit` is there again."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: float
    retry_after_s: float = 0.0


def check(name: str, key: object, *, rate: str = "") -> Decision:
    """Count one use of `name` by `key` and say whether it is within the limit.

    `rate` ("count/seconds") replaces settings.RATE_LIMITS[name].
    """
    count, period_s = parse_rate(rate or settings.RATE_LIMITS[name])
    if not count:
        return Decision(False, 0, 0, 0.0, float(period_s))
    try:
        answer = _script()(keys=[f"rate:{name}:{key}"], args=[count, period_s * 1_000_000])
    except RedisError:
        return Decision(True, count, count, 0.0)
    return _read_answer(count, answer)


async def check_with(
    run: Callable[[tuple[Any, ...]], Awaitable[Any]], name: str, key: object
) -> Decision:
    """As `check`, for who may not block: `run` carries a Redis command out and may raise."""
    count, period_s = parse_rate(settings.RATE_LIMITS[name])
    if not count:
        return Decision(False, 0, 0, 0.0, float(period_s))
    question = ("EVAL", GCRA, 1, f"rate:{name}:{key}", count, period_s * 1_000_000)
    return _read_answer(count, await run(question))


def _read_answer(count: int, answer: Iterable[Any]) -> Decision:
    allowed, remaining, wait_us, reset_us = (int(part) for part in answer)
    return Decision(allowed == 1, count, remaining, reset_us / 1e6, wait_us / 1e6)


def count_used(name: str, key: object, *, rate: str) -> int:
    """Return how much of the limit is in use now, without using any; 0 with Redis away."""
    count, period_s = parse_rate(rate)
    if not count:
        return 0
    try:
        busy_until = int(cast(bytes | None, get_redis().get(f"rate:{name}:{key}")) or 0)
        seconds, micros = cast(tuple[int, int], get_redis().time())
    except RedisError:
        return 0
    step_us = max(1, period_s * 1_000_000 // count)
    return max(0, math.ceil((busy_until - seconds * 1_000_000 - micros) / step_us))


def hit(name: str, key: object, *, rate: str = "") -> None:
    """Count one use and refuse what is above the limit. Raises RateLimited."""
    decision = check(name, key, rate=rate)
    if not decision.allowed:
        raise RateLimited(decision.retry_after_s)


def reset(name: str, key: object) -> None:
    """Give all of the limit back; nothing happens with Redis away."""
    with contextlib.suppress(RedisError):
        get_redis().delete(f"rate:{name}:{key}")


def client_address(request: HttpRequest) -> str:
    """Return what a client is counted by: see read_address."""
    return read_address(request.META.get("REMOTE_ADDR", ""), _forwarded_for(request))


def read_address(peer: str, forwarded: Iterable[str]) -> str:
    """Return what a client is counted by: IPv4 whole, IPv6 by its /64, else "unknown"."""
    return network_of(str(find_client(peer, forwarded) or "unknown"))


def network_of(address: str) -> str:
    """Return what an address is counted by: IPv4 whole, IPv6 by its /64, others as they are."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.IPv6Network((ipaddress.IPv6Address(address), 64), strict=False))
    return address


def client_ip(request: HttpRequest) -> str:
    """Return the whole address, for lists that its owner sees; NO_ADDRESS if unknown."""
    peer = request.META.get("REMOTE_ADDR", "")
    return str(find_client(peer, _forwarded_for(request)) or NO_ADDRESS)


def client_net(request: HttpRequest) -> str:
    """Return the net a client is in, /24 or /48, which names no household; "" if unknown."""
    peer = request.META.get("REMOTE_ADDR", "")
    address = find_client(peer, _forwarded_for(request))
    if address is None:
        return ""
    return str(ipaddress.ip_network((address.packed, 24 if address.version == 4 else 48), False))


def find_client(
    peer: str, forwarded: Iterable[str]
) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the client's address.

    Each trusted proxy adds one entry at the end of X-Forwarded-For; what stands before those
    was written by the client and counts for nothing.
    """
    trusted = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    try:
        address = ipaddress.ip_address(
            _strip_port(hops[-trusted] if 0 < trusted <= len(hops) else peer)
        )
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _forwarded_for(request: HttpRequest) -> list[str]:
    return request.headers.get("X-Forwarded-For", "").split(",")


def _strip_port(text: str) -> str:
    """Return the bare address of "1.2.3.4:56", "[::1]:56" or "fe80::1%eth0"."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]


@cache
def _script() -> Script:
    return get_redis().register_script(GCRA)


@cache
def parse_rate(rate: str) -> tuple[int, int]:
    """Return count and seconds of "count/seconds"."""
    count, _, seconds = rate.partition("/")
    return int(count), int(seconds)
