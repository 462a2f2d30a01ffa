"""How much of something a guest, a link or an account may use in a minute, an hour or a day.

A guest's and a link's quotas are settings, and never more than a share of what the account may
have: one guest, or one link, does not use up an account. What is used is counted in Redis, all of
one deed in one step, in windows that begin at whole minutes, hours and days of UTC. With Redis
away everything is allowed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from django.conf import settings
from redis import RedisError
from redis.commands.core import Script

from accounts.base.errors import LimitReached, RateLimited
from accounts.base.redis import GuardedRedis, get_redis
from accounts.limits.limits import get_limit
from accounts.tenants.models import Account

MIB = 1_048_576
DAY_S = 86_400
PERIODS_S = {
    "messages_a_minute": 60,
    "messages_a_day": DAY_S,
    "upload_mib_a_day": DAY_S,
    "rooms_an_hour": 3_600,
}
MESSAGES = ("messages_a_minute", "messages_a_day")
UPLOADS = ("upload_mib_a_day",)
ROOMS = ("rooms_an_hour",)
# One guest gets at most a tenth of what the account may have, one link half of it; an account
# that may have next to nothing is not divided further.
SHARES = {"guest": 10, "link": 2}
UNDIVIDED = 20
# Counts of a process beyond which those of past windows are forgotten.
MAX_LOCAL = 20_000

# KEYS are counters, the narrowest first. ARGV, for each: the most, what is added, seconds to
# keep it. Returns which counter is full, and then nothing was counted; 0 if all were.
SPEND = """
local used = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
  if (used[i] or 0) + ARGV[3 * i - 1] > tonumber(ARGV[3 * i - 2]) then
    return i
  end
end
for i = 1, #KEYS do
  redis.call('INCRBY', KEYS[i], ARGV[3 * i - 1])
  if not used[i] then
    redis.call('EXPIRE', KEYS[i], ARGV[3 * i])
  end
end
return 0
"""


class Quota(NamedTuple):
    """The most of one thing that somebody may use in each window of `period_s`.

    `name` is what refusals say: "guest.messages_a_minute", of the account without a prefix.
    """

    name: str
    who: str
    allowed: int
    period_s: int
    # What one of `allowed` is worth: bytes of a MiB.
    unit: int = 1

    @property
    def most(self) -> int:
        return self.allowed * self.unit

    def key(self, now: float) -> str:
        return f"usage:{self.name}:{self.who}:{int(now) // self.period_s}"

    def refusal(self, now: float) -> RateLimited | LimitReached:
        """Say which is used up and when there is more; what an account may have a day is bought."""
        wait_s = self.period_s - now % self.period_s
        if self.period_s == DAY_S and "." not in self.name:
            return LimitReached(self.name, self.allowed, retry_after_s=wait_s)
        return RateLimited(wait_s, limit=self.name)


Cost = tuple[Quota, int]


def list_quotas(
    account: Account,
    names: Sequence[str],
    *,
    guest: int | None = None,
    link: int | None = None,
) -> tuple[Quota, ...]:
    """Return the quotas in force, the narrowest first; `guest` and `link` are row ids."""
    who = owners(str(account.uuid), guest=guest, link=link)
    return make_quotas(names, who, list_allowed(account, names, who))


Owners = tuple[tuple[str, str], ...]


def owners(account_uuid: str, *, guest: int | None = None, link: int | None = None) -> Owners:
    """Return scope and name of everybody something counts against, the narrowest first."""
    scoped = [("guest", guest), ("link", link)]
    return (*((scope, str(who)) for scope, who in scoped if who is not None), ("", account_uuid))


def list_allowed(account: Account, names: Sequence[str], who: Owners) -> tuple[int, ...]:
    """Return what make_quotas takes; equal ones are one object, for sockets keep it."""
    allowed = tuple(
        get_share(account, scope, name) if scope else get_limit(account, name)
        for scope, _ in who
        for name in names
    )
    return _same(allowed)


def make_quotas(names: Sequence[str], who: Owners, allowed: tuple[int, ...]) -> tuple[Quota, ...]:
    units = iter(allowed)
    return tuple(
        Quota(
            f"{scope}.{name}" if scope else name,
            owner,
            next(units),
            PERIODS_S[name],
            MIB if name in UPLOADS else 1,
        )
        for scope, owner in who
        for name in names
    )


@lru_cache(1024)
def _same(allowed: tuple[int, ...]) -> tuple[int, ...]:
    return allowed


def get_share(account: Account, scope: str, name: str) -> int:
    """Return how much of an account's limit one guest or one link of it may use."""
    share = get_limit(account, name) // SHARES[scope]
    return int(min(settings.SCOPED_LIMITS[scope][name], max(share, UNDIVIDED)))


def spend(costs: Sequence[Cost]) -> None:
    """Count all of it, or nothing and refuse: one round trip. Raises RateLimited, LimitReached."""
    now = time.time()
    keys = [quota.key(now) for quota, _ in costs]
    args = [part for quota, more in costs for part in (quota.most, more, 2 * quota.period_s)]
    try:
        full = int(_script(get_redis())(keys=keys, args=args))
    except RedisError:
        return
    if full:
        raise costs[full - 1][0].refusal(now)


@lru_cache(1)
def _script(client: GuardedRedis) -> Script:
    return client.register_script(SPEND)


def count_used(account: Account, name: str) -> int:
    """Return how much the account used in this window, a begun unit as a whole one.

    0 with Redis away.
    """
    (quota,) = list_quotas(account, [name])
    try:
        used = int(cast(bytes | None, get_redis().get(quota.key(time.time()))) or 0)
    except RedisError:
        return 0
    return -(-used // quota.unit)


class LocalCount:
    """What this process alone still lets through of one quota until its window `ends`."""

    __slots__ = ("ends", "left", "quota")

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.ends = 0.0
        self.left = 0


class LocalCounts:
    """Counts of this process, for a hot path that asks nobody: looked up once, then held."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], LocalCount] = {}

    def open(self, quotas: Iterable[Quota]) -> tuple[LocalCount, ...]:
        """Return the counts of these quotas, the same ones for everybody who asks."""
        if len(self._known) >= MAX_LOCAL:
            now = time.time()
            self._known = {who: one for who, one in self._known.items() if one.ends > now}
        return tuple(
            self._known.setdefault((quota.name, quota.who), LocalCount(quota)) for quota in quotas
        )


def spend_here(counts: Sequence[LocalCount], more: int = 1) -> None:
    """Count `more` in all of them, or nothing and refuse. Raises RateLimited, LimitReached."""
    now = time.time()
    for count in counts:
        if now >= count.ends:
            period_s = count.quota.period_s
            count.ends, count.left = now - now % period_s + period_s, count.quota.most
        if count.left < more:
            raise count.quota.refusal(now)
    for count in counts:
        count.left -= more
