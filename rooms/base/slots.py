"""Half of the slots at most: nobody's hanging server may keep a whole worker busy.

Who tries a delivery takes a place at each of its holders (an account, a server) and gives it back
afterwards. A holder has as many places as half of one worker's slots, so that of all workers
together it never has more than half. Who finds none is put off: the row stays due, its `waiter`
(the row's endpoint or target) is noted, and whoever gives a place back calls it. The places of a
killed worker lapse. With Redis away everybody has a place: this protects others from one, it must
not be what stops all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

from django.conf import settings
from redis import RedisError
from redis.commands.core import Script

from accounts.base.redis import get_redis

# KEYS: per holder its places (score = when they lapse, in ms of Redis's own clock) and who waits
# for one (score = since when). ARGV: places per holder, ms until they lapse, the new place's name,
# the waiter or "", and "1" if it has more to do than this.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function wait_at(key)
  if ARGV[4] ~= '' then
    redis.call('ZADD', key, 'NX', now, ARGV[4])
    redis.call('PEXPIRE', key, ARGV[2])
  end
end
for i = 1, #KEYS, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  if redis.call('ZCARD', KEYS[i]) >= tonumber(ARGV[1]) then
    wait_at(KEYS[i + 1])
    return 0
  end
end
for i = 1, #KEYS, 2 do
  redis.call('ZADD', KEYS[i], now + ARGV[2], ARGV[3])
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
if ARGV[5] == '1' then
  wait_at(KEYS[2])
end
return 1
"""
# Queues up to so many rows of a waiter; False if none of them is due.
CallNext = Callable[[int, int], bool]


def most_places() -> int:
    """How many places a holder has: half of one worker's slots, and one at least."""
    return max(1, settings.CELERY_WORKER_CONCURRENCY // 2)


@contextmanager
def place(
    holders: list[str], waiter: int | None, call_next: CallNext, *, has_more: bool = False
) -> Iterator[bool]:
    """Say whether there is a place, have it within the block, and then call who waits.

    `has_more`: the waiter is called at the end even if nobody was put off meanwhile. Without a
    waiter nobody is called for this row; the sweep will find it.
    """
    token = secrets.token_hex(8)
    got_it = _take(holders, token, waiter, has_more)
    try:
        yield got_it
    finally:
        if got_it:
            _give_back(holders, token, call_next)


def _take(holders: list[str], token: str, waiter: int | None, has_more: bool) -> bool:
    keys = [key for holder in holders for key in (_places(holder), _waiting(holder))]
    # As long as the row is theirs: longer than a task may take.
    lapse_ms = settings.DELIVERY_LEASE_S * 1000
    name = "" if waiter is None else str(waiter)
    values: list[int | str] = [most_places(), lapse_ms, token, name, int(has_more)]
    try:
        return bool(_script()(keys=keys, args=values))
    except RedisError:
        return True


def _give_back(holders: list[str], token: str, call_next: CallNext) -> None:
    pipe = get_redis().pipeline(transaction=False)
    for holder in holders:
        pipe.zrem(_places(holder), token)
    try:
        pipe.execute()
        for holder in holders:
            _call_next_at(holder, call_next)
    except RedisError:
        return


def _call_next_at(holder: str, call_next: CallNext) -> None:
    """Give the free places to the first waiter that still has something due."""
    redis: Any = get_redis()
    while popped := cast("list[tuple[bytes, float]]", redis.zpopmin(_waiting(holder))):
        # As many as are free: another place may have come back while nobody stood in the queue.
        free = most_places() - cast(int, redis.zcard(_places(holder)))
        if call_next(int(popped[0][0]), max(free, 1)):
            return


def _places(holder: str) -> str:
    return f"slots:{holder}"


def _waiting(holder: str) -> str:
    return f"slots:{holder}:waiting"


@cache
def _script() -> Script:
    return get_redis().register_script(TAKE)
