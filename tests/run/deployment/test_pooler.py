"""Doorbell behind a real PgBouncer that pools transactions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.db.utils import ConnectionHandler

from config.postgresql.addresses import parse_database
from rooms.conversations.models import Message
from rooms.notifications.models import Delivery
from tests.arrivals import QUICK, join, wait_for_state
from tests.mailbox import Mailbox
from tests.pooler import POOL_SIZE, Pooler, needs_pgbouncer
from tests.run.test_arrival_mail import connect, read_until
from tests.server import point_to_test_database, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, needs_pgbouncer]


def manage(*words, **env):
    """Run a command; return its code and what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env=os.environ | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.fixture
def pooler(transactional_db, tmp_path):
    """pooler(more=…): start one; the role forgets its limits at the end."""
    made = []

    def start(more=""):
        made.append(Pooler(tmp_path, more))
        return made[-1].start()

    yield start
    for one in made:
        one.stop()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {settings_name()} RESET ALL")


def settings_name():
    return connection.ops.quote_name(connection.settings_dict["NAME"])


@pytest.fixture
def behind(pooler):
    """The environment of processes behind a prepared pooler."""
    env = {
        "DATABASE_URL": pooler().url,
        "DB_POOLER": "transaction",
        "DATABASE_DIRECT_URL": point_to_test_database(),
    }
    code, said = manage("prepare", **env)
    assert code == 0, said
    return env


def test_guests_messages_inbox_and_calls_work(server, behind, link, alice, client):
    with Mailbox() as box:
        site = server(worker=True, env=QUICK | behind | {"EMAIL_URL": box.url})
        joined = join(site, link).json()
        assert wait_for_state(Delivery.State.SENT).attempts == 1
    first = {"kind": "room.sync", "data": {"since": 0}}
    with connect(site, joined["ticket"], first) as socket:
        for seq in range(1, 31):
            socket.send(post(joined["room"], f"Line {seq}", seq))
            answer = read_until(socket, lambda frame, seq=seq: frame.get("ref") == seq)
            assert answer["ok"]["seq"] == seq
    assert Message.objects.count() == 30
    assert "Line 30" in read_inbox(site, alice, client)
    assert site.read_log() == ""


def post(room, body, ref):
    data = {"room": room, "client_id": str(uuid.uuid4()), "body": body}
    return json.dumps({"ref": ref, "kind": "message.post", "data": data})


def read_inbox(site, member, client):
    client.force_login(member)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return httpx.get(f"{site.url}/inbox", cookies=cookies, trust_env=False, timeout=30).text


def on_every_connection(env, *statements):
    """Run this on as many connections at once as PgBouncer has; return how each ended."""
    together = Barrier(POOL_SIZE, timeout=20)
    entry = parse_database(env["DATABASE_URL"], pool_size=0, pooler=env["DB_POOLER"])
    handler = ConnectionHandler({"default": entry})

    def run(_):
        with handler["default"].cursor() as cursor:
            together.wait()
            try:
                for statement in statements:
                    cursor.execute(statement)
            except OperationalError as error:
                return error.__cause__.sqlstate
            finally:
                handler["default"].close()

    with ThreadPoolExecutor(POOL_SIZE) as threads:
        return list(threads.map(run, range(POOL_SIZE)))


def count_sessions(state="%"):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state LIKE %s",
            [state],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def elders(transactional_db):
    """How many sessions there are beside ours before a pooler opens some."""
    return count_sessions()


def test_a_statement_in_autocommit_is_cancelled_on_every_connection(elders, behind):
    ends = on_every_connection(behind, "SELECT pg_sleep(20)")
    assert ends == [psycopg.errors.QueryCanceled.sqlstate] * POOL_SIZE
    assert count_sessions() == elders + POOL_SIZE


def test_a_statement_in_a_transaction_is_cancelled_on_every_connection(behind):
    ends = on_every_connection(behind, "BEGIN", "SELECT pg_sleep(20)")
    assert ends == [psycopg.errors.QueryCanceled.sqlstate] * POOL_SIZE


def test_a_wait_for_a_lock_ends_on_every_connection(behind, property):
    with transaction.atomic():
        type(property).objects.select_for_update().get(pk=property.pk)
        ends = on_every_connection(behind, "UPDATE rooms_property SET name = name")
    assert ends == [psycopg.errors.LockNotAvailable.sqlstate] * POOL_SIZE


def test_an_idle_transaction_is_ended(behind):
    with psycopg.connect(behind["DATABASE_URL"]) as idle:
        idle.execute("SELECT 1")
        assert count_sessions("idle in transaction") == 1
        wait_for(lambda: count_sessions("idle in transaction") == 0, "its end")
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            idle.execute("SELECT 1")


def test_a_pooler_nobody_spoke_of_is_told_by_doctor_and_in_the_log(server, pooler):
    through = {"DATABASE_URL": pooler("ignore_startup_parameters = options").url}
    site = server(env=through)
    assert "Nothing limits idle_in_transaction_session_timeout, lock_timeout" in read_log(site)
    code, said = manage("doctor", **site.env)
    assert (code, "WRONG  Limits do not hold: idle" in said) == (1, True)


def read_log(site):
    httpx.get(f"{site.url}/readyz", trust_env=False, timeout=30)
    return site.read_log()


def test_a_pooler_that_refuses_is_told_with_the_remedy(pooler):
    code, said = manage("doctor", DATABASE_URL=pooler().url)
    assert code == 1
    assert "set DB_POOLER=transaction" in said


def test_a_connection_from_before_is_told(behind, pooler):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {settings_name()} RESET ALL")
    late = pooler()
    with psycopg.connect(late.url) as early:
        early.execute("SELECT 1")
    code, said = manage("prepare", **behind | {"DATABASE_URL": late.url})
    assert code == 1
    assert "Behind the pooler nothing limits" in said
    assert "RECONNECT" in said


def test_without_a_direct_address_prepare_says_what_is_missing(pooler):
    code, said = manage("prepare", DATABASE_URL=pooler().url, DB_POOLER="transaction")
    assert code == 1
    assert said.startswith("CommandError: With DB_POOLER=transaction set DATABASE_DIRECT_URL")


def test_what_cannot_pass_a_pooler_is_named():
    url = "postgresql://a@b/c?options=-csearch_path%3Dx"
    code, said = manage("check", DATABASE_URL=url, DB_POOLER="transaction")
    assert code == 1
    assert said.startswith("ImproperlyConfigured: DATABASE_URL: options cannot pass a pooler")
    connections.close_all()
