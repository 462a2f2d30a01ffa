from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory

from accounts.base import redis
from accounts.base.errors import RateLimited
from accounts.limits import rate_limits


@pytest.fixture
def limits(settings):
    settings.RATE_LIMITS = {"try": "50/3600", "brief": "2/1"}


def test_200_parallel_calls_let_exactly_the_limit_through(limits):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: rate_limits.check("try", "somebody"), range(200)))
    assert sum(answer.allowed for answer in answers) == 50
    assert sorted(answer.remaining for answer in answers if answer.allowed) == list(range(50))


def test_a_refusal_says_when_to_come_back(limits):
    for _ in range(50):
        rate_limits.hit("try", "somebody")
    with pytest.raises(RateLimited) as refusal:
        rate_limits.hit("try", "somebody")
    assert 70 < refusal.value.retry_after_s <= 72


def test_refused_calls_do_not_push_the_end_away(limits):
    waits = [rate_limits.check("try", "somebody").retry_after_s for _ in range(60)]
    assert waits[-1] <= waits[50]


def test_keys_and_names_count_apart(limits):
    for _ in range(50):
        rate_limits.hit("try", "somebody")
    assert rate_limits.check("try", "else").remaining == 49
    assert rate_limits.check("brief", "somebody").allowed


def test_with_redis_away_everything_is_allowed(limits, monkeypatch, tmp_path):
    path = str(tmp_path / "nobody")
    nobody = redis.GuardedRedis(unix_socket_path=path, retry=redis.once_again())
    monkeypatch.setattr(rate_limits, "_script", lambda: nobody.register_script("return 1"))
    assert all(rate_limits.check("try", "somebody").allowed for _ in range(60))
    assert redis.get_redis().ping()


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "203.0.113.9", "1.1.1.1", "203.0.113.9"),
        (1, "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (2, "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        (1, "10.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.9", "", "203.0.113.9"),
        (1, "10.0.0.1", "nonsense", "unknown"),
        (0, "", "", "unknown"),
    ],
)
def test_the_client_address(settings, proxies, peer, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert rate_limits.client_address(request) == address
