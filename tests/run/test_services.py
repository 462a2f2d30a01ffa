from __future__ import annotations

import os
import signal

import psycopg
import redis

from config.local import privilege
from config.local.relocation import find_root
from config.local.services import Services


def ask(services, query):
    with psycopg.connect(services.places.database_url) as connection:
        return connection.execute(query).fetchone()[0]


def write_marks(services):
    with psycopg.connect(services.places.database_url) as connection:
        connection.execute("CREATE TABLE mark (word text)")
        connection.execute("INSERT INTO mark VALUES ('kept')")
    redis.Redis.from_url(services.places.redis_url).set("mark", "kept")


def test_neither_server_opens_a_port(tmp_path):
    with Services(tmp_path / "s") as services:
        assert ask(services, "SELECT inet_server_addr() IS NULL")
        assert ask(services, "SHOW listen_addresses") == ""
        client = redis.Redis.from_url(services.places.redis_url)
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_both_keep_their_data_over_a_stop_and_over_kill_9(tmp_path):
    with Services(tmp_path / "s") as services:
        write_marks(services)
    with Services(tmp_path / "s") as services:
        assert ask(services, "SELECT word FROM mark") == "kept"
        assert redis.Redis.from_url(services.places.redis_url).get("mark") == b"kept"
        services.postgres.kill(signal.SIGKILL)
    with Services(tmp_path / "s") as services:
        assert ask(services, "SELECT word FROM mark") == "kept"


def test_root_without_namespaces_uses_a_place_of_its_own_and_takes_the_data_back(
    tmp_path, monkeypatch
):
    """As a plain user the same promise holds without such a place."""
    monkeypatch.setattr(privilege, "namespaces_work", lambda program: False)
    folder = tmp_path / "locked" / "s"
    folder.parent.mkdir(mode=0o700)
    with Services(folder) as services:
        write_marks(services)
        assert find_root(folder).exists() == (os.geteuid() == 0)
    assert not find_root(folder).exists()
    assert not services.sockets.exists() or services.sockets.parent == folder
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.undo()
    with Services(folder) as services:
        assert ask(services, "SELECT word FROM mark") == "kept"
