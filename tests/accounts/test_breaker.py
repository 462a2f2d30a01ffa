"""A Redis that is away costs the process one wait, whoever asks it."""

from __future__ import annotations

import socket
import threading

import pytest
from django.core.cache import caches
from redis import ResponseError

from accounts.base import redis
from accounts.limits import quotas, rate_limits
from rooms.base import presence


@pytest.fixture
def deaf(settings):
    """A server that hangs up on everybody; `calls` holds who came."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"

        def hang_up():
            while True:
                try:
                    called, _ = server.accept()
                except OSError:
                    return
                calls.append(called)
                called.close()

        threading.Thread(target=hang_up, daemon=True).start()
        settings.REDIS_URL = url
        cache = settings.CACHES["default"] | {"LOCATION": url}
        settings.CACHES = {**settings.CACHES, "default": cache}
        redis.get_redis.cache_clear()
        rate_limits._script.cache_clear()
        yield calls
        server.shutdown(socket.SHUT_RDWR)
    redis.get_redis.cache_clear()
    rate_limits._script.cache_clear()


def test_everybody_goes_on_and_it_is_asked_once(deaf, account):
    assert rate_limits.check("page", "somebody").allowed
    asked = len(deaf)
    assert asked
    for _ in range(20):
        assert rate_limits.check("page", "somebody").allowed
        quotas.spend([(quotas.Quota("messages_a_day", str(account.uuid), 0, 60), 1)])
        assert presence.inhabited([account.uuid]) == set()
        assert caches["default"].get("x", "nothing") == "nothing"
        assert not presence.online_now(account)
    assert len(deaf) == asked


def test_a_refusal_by_redis_itself_is_no_reason_to_stay_away(account):
    client = redis.get_redis()
    client.set("text", "no number")
    with pytest.raises(ResponseError):
        client.incr("text")
    assert client.get("text") == b"no number"
