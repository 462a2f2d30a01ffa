"""What /metrics says of Redis, on a process that nobody talks to and one with a socket."""

from __future__ import annotations

import json

import httpx
import pytest
import websockets.sync.client

from config.local.services import Services
from tests.arrivals import join
from tests.server import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis(tmp_path):
    """A Redis of this test's own, which may go."""
    services = Services(tmp_path / "services", fast=True)
    services.start()
    services.postgres.stop()
    yield services
    services.stop()


def is_up(site):
    lines = httpx.get(f"{site.url}/metrics", trust_env=False, timeout=30).text.splitlines()
    return next(line for line in lines if line.startswith("doorbell_redis_up")).endswith(" 1.0")


def go_and_return(site, redis):
    assert is_up(site)
    redis.redis.stop()
    wait_for(lambda: not is_up(site), "word that Redis is away")
    redis.redis.start()
    wait_for(lambda: is_up(site), "word that Redis is back")


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_an_idle_process_knows_whether_redis_is_there(server, redis, kind):
    go_and_return(server(kind=kind, env={"REDIS_URL": redis.places.redis_url}), redis)


def test_a_process_with_a_socket_knows_it_too(server, redis, link):
    site = server(env={"REDIS_URL": redis.places.redis_url})
    protocols = ["doorbell.v1", f"ticket.{join(site, link).json()['ticket']}"]
    with websockets.sync.client.connect(
        site.ws_url, subprotocols=protocols, origin=site.url
    ) as socket:
        socket.send(json.dumps({"ref": 1, "kind": "room.sync", "data": {"since": 0}}))
        socket.recv(timeout=20)
        go_and_return(site, redis)
