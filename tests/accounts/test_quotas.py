"""What a guest, a link and an account may use in a minute, an hour or a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from accounts.base.errors import LimitReached, RateLimited
from accounts.base.redis import get_redis
from accounts.limits import quotas
from accounts.limits.quotas import LocalCounts, Quota

GUEST = Quota("guest.messages_a_minute", "7", 3, 60)
LINK = Quota("link.messages_a_minute", "8", 5, 60)
DAILY = Quota("messages_a_day", "a", 10, quotas.DAY_S)
ALL = [(GUEST, 1), (LINK, 1), (DAILY, 1)]


def used(quota):
    return sum(int(get_redis().get(key)) for key in get_redis().keys(f"usage:{quota.name}:*"))


def count_here():
    """As quotas.spend, in this process."""
    known = LocalCounts()

    def spend(costs):
        quotas.spend_here(known.open([quota for quota, _ in costs]), costs[0][1])

    return spend


@pytest.mark.parametrize("count", [quotas.spend, count_here()], ids=["redis", "local"])
def test_the_narrowest_is_named_and_a_refused_deed_counts_nowhere(count):
    with time_machine.travel("2026-01-05 10:00:20Z", tick=False):
        for _ in range(3):
            count(ALL)
        with pytest.raises(RateLimited) as refusal:
            count(ALL)
        assert refusal.value.facts == {"limit": "guest.messages_a_minute", "retry_after_s": 40}
        count([(LINK, 2)])
        with pytest.raises(RateLimited, match="Too many"):
            count([(LINK, 1)])
    with time_machine.travel("2026-01-05 10:01:00Z", tick=False):
        count(ALL)


def test_what_an_account_may_have_a_day_ends_at_midnight():
    with time_machine.travel("2026-01-05 23:59:00Z", tick=False):
        quotas.spend([(DAILY, 10)])
        with pytest.raises(LimitReached) as refusal:
            quotas.spend([(DAILY, 1)])
    assert refusal.value.facts == {"limit": "messages_a_day", "allowed": 10, "retry_after_s": 60}


def test_two_hundred_at_once_get_exactly_what_there_is():
    crowd = Quota("link.messages_a_minute", "9", 50, 86_400)

    def try_once(_):
        try:
            quotas.spend([(crowd, 1)])
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(try_once, range(200))) == used(crowd) == 50


def test_counters_do_not_stay():
    quotas.spend(ALL)
    assert all(0 < get_redis().ttl(key) <= 2 * quotas.DAY_S for key in get_redis().keys("usage:*"))


def test_counts_of_past_windows_are_forgotten(monkeypatch):
    monkeypatch.setattr(quotas, "MAX_LOCAL", 2)
    known = LocalCounts()
    with time_machine.travel("2026-01-05 10:00:20Z", tick=False):
        quotas.spend_here(known.open([GUEST, DAILY]), 3)
    with time_machine.travel("2026-01-05 10:01:20Z", tick=False):
        quotas.spend_here(known.open([LINK]), 5)
        (daily,) = known.open([DAILY])
        (guest,) = known.open([GUEST])
    assert (DAILY.most - daily.left, guest.ends) == (3, 0)


def test_a_guest_and_a_link_have_a_share_of_a_small_account(account, settings):
    settings.SCOPED_LIMITS = {
        "guest": {"messages_a_day": 5_000},
        "link": {"messages_a_day": 40_000},
    }
    shares = {}
    for allowed in (100_000, 1_000, 5):
        account.limits = {"messages_a_day": allowed}
        made = quotas.list_quotas(account, ["messages_a_day"], guest=1, link=2)
        shares[allowed] = [quota.allowed for quota in made]
    assert shares == {
        100_000: [5_000, 40_000, 100_000],
        1_000: [100, 500, 1_000],
        5: [20, 20, 5],
    }
