"""The step before new code serves: `prepare`, as real processes on real databases."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from tests.server import point_to_test_database, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
# A migration that wants for itself what everybody reads.
BACK = ("migrate", "api", "zero", "--verbosity", "0")


@pytest.fixture
def empty(transactional_db):
    """The address of a database without a table."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE empty_house")
    parts = urlsplit(point_to_test_database())
    yield urlunsplit(parts._replace(path="/empty_house"))
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE empty_house WITH (FORCE)")


class Command:
    """manage.py in a process of its own; `end()` gives code, output and complaints."""

    def __init__(self, *words, **env):
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=os.environ | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self):
        out, err = self.process.communicate(timeout=100)
        return self.process.returncode, out, err


def test_several_at_once_on_an_empty_database_make_one_house(empty, tmp_path):
    env = {"DATABASE_URL": empty, "STATIC_ROOT": str(tmp_path / "static")}
    ends = [one.end() for one in [Command("prepare", "--demo", **env) for _ in range(3)]]
    assert [code for code, _, _ in ends] == [0, 0, 0], ends
    opened = [json.loads(out) for _, out, _ in ends if out]
    assert [one["email"] for one in opened] == ["demo@example.com"]
    assert any("Another process prepares this database" in err for _, _, err in ends)
    assert (tmp_path / "static" / ".stamp").is_file()


def test_the_turn_ends_with_the_process_that_had_it(empty, tmp_path):
    env = {"DATABASE_URL": empty, "STATIC_ROOT": str(tmp_path / "static")}
    with psycopg.connect(empty, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [0x70726570])
        waiting = Command("migrate", "--verbosity", "0", **env)
        wait_for(waiting.process.stderr.readline, "word that it waits")
        assert holder.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)
    assert waiting.end()[0] == 0


@contextlib.contextmanager
def reader(address, seconds):
    """Somebody who reads everything in one long transaction, until told to end it."""
    with psycopg.connect(address, application_name="long reader") as reading:
        tables = reading.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables.fetchall():
            reading.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        end = threading.Timer(seconds, reading.rollback)
        end.start()
        yield reading.rollback
        end.cancel()
        end.join()


@pytest.fixture(scope="module")
def model_house(django_db_setup, django_db_blocker):
    """The name of a prepared database, to be copied."""
    url = urlunsplit(urlsplit(point_to_test_database())._replace(path="/model_house"))
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE model_house")
        assert Command("migrate", "--verbosity", "0", DATABASE_URL=url).end()[0] == 0
        yield "model_house"
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE model_house WITH (FORCE)")


@pytest.fixture
def house(model_house, transactional_db, tmp_path):
    """The environment of a prepared house."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE house TEMPLATE {model_house}")
    parts = urlsplit(point_to_test_database())
    url = urlunsplit(parts._replace(path="/house"))
    yield {"DATABASE_URL": url, "STATIC_ROOT": str(tmp_path / "static")}
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE house WITH (FORCE)")


def test_a_reader_who_takes_longer_than_requests_may_delays_a_migration_only(house):
    with reader(house["DATABASE_URL"], 8):
        assert Command(*BACK, **house).end() == (0, "", "")
    assert Command("migrate", "--check", **house).end()[0] == 1


def test_meanwhile_requests_get_through_between_the_tries(house):
    with (
        reader(house["DATABASE_URL"], 60) as leave,
        psycopg.connect(house["DATABASE_URL"], autocommit=True) as guest,
    ):
        migration = Command(*BACK, **house)
        wait_for(lambda: waits(guest), "the migration's wait")
        guest.execute("SET lock_timeout = 2000")
        guest.execute("SELECT count(*) FROM api_idempotencyrecord")
        assert migration.process.poll() is None
        leave()
        assert migration.end()[0] == 0


def waits(connection):
    """Whether somebody waits for a lock."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return connection.execute(query).fetchone()[0]


def test_in_the_end_it_says_who_is_in_the_way(house):
    with reader(house["DATABASE_URL"], 60):
        code, _, said = Command(*BACK, **house, MIGRATION_PATIENCE_S="4").end()
    assert code == 1
    assert said.startswith("CommandError: A migration did not get its locks within 4 s")
    assert "(long reader, idle in transaction, for " in said
    assert Command("migrate", "--check", **house).end()[0] == 0


def test_a_migration_may_take_longer_than_a_request(house):
    lock = "CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
    with psycopg.connect(house["DATABASE_URL"]) as admin:
        admin.execute(f"{lock} PERFORM pg_sleep(6); END $$")
        admin.execute(
            "CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('DROP TABLE')"
            " EXECUTE FUNCTION slow()"
        )
    assert Command("migrate", "api", "zero", "--verbosity", "0", **house).end() == (0, "", "")
