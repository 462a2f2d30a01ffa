from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from config.checks.doctor import CHECKS
from tests.nginx import needs_nginx
from tests.server import find_free_port


def examine(env):
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=settings.BASE_DIR,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_a_healthy_site_has_nothing_to_say(server):
    site = server()
    code, said = examine(site.env)
    assert code == 0, said
    assert said.count("OK ") == len(CHECKS)


def test_each_fault_is_named_with_a_remedy(server):
    site = server()
    nowhere = f"127.0.0.1:{find_free_port()}"
    faults = {
        "REDIS_URL": f"redis://{nowhere}",
        "EMAIL_URL": f"smtp://{nowhere}",
        "SITE_URL": f"http://{nowhere}",
        "TURN_URLS": f"turn:{nowhere}?transport=tcp",
        "TURN_SECRET": "shared",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    code, said = examine(site.env | faults)
    assert code == 1
    for name in ("Redis does not", "WebSocket ws://", "E-mail does not", "TURN turn:"):
        assert f"WRONG  {name}" in said
    assert said.count("→") == 4
    assert "OK     PostgreSQL" in said
    assert "WRONG  Proxy: cannot be told" in said and "WRONG  Pages: cannot be told" in said


def test_a_missing_database_is_told_within_seconds(server):
    site = server()
    code, said = examine(
        site.env | {"DATABASE_URL": f"postgresql://x@127.0.0.1:{find_free_port()}/x"}
    )
    assert code == 1
    assert "WRONG  PostgreSQL does not answer" in said
    assert "OK     Redis" in said


FORGOTTEN = [
    ("/", "Host $host", "Host arrives as"),
    ("/ws/", "X-Forwarded-Proto https", "X-Forwarded-Proto arrives as 'http', not 'https'"),
    ("/ and /ws/", "X-Forwarded-For $remote_addr", "X-Forwarded-For arrives as the client wrote"),
]


def examine_behind(nginx, edit):
    nginx.start(edit)
    trust = {"SSL_CERT_FILE": str(nginx.certificate)}
    return examine(nginx.sites[0].web.env | trust)


@needs_nginx
@pytest.mark.django_db(transaction=True)
def test_behind_the_shipped_proxy_all_is_well(nginx):
    code, said = examine_behind(nginx, str)
    assert code == 0, said
    assert "OK     Proxy: name, scheme and address arrive as they are" in said


@needs_nginx
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("place", "header", "wrong"), FORGOTTEN)
def test_the_header_that_a_proxy_forgets_is_named(nginx, place, header, wrong):
    directive = f"proxy_set_header {header};"
    code, said = examine_behind(nginx, lambda text: forget(text, directive, place))
    assert code == 1
    line = next(line for line in said.splitlines() if line.startswith("WRONG  Proxy"))
    assert wrong in line
    assert f"(at {place})" in line


@needs_nginx
@pytest.mark.django_db(transaction=True)
def test_a_proxy_that_appends_is_one_that_may_be_believed(nginx):
    """The last entry is its own, and TRUSTED_PROXY_COUNT counts from there."""
    appended = "X-Forwarded-For $proxy_add_x_forwarded_for"
    code, said = examine_behind(
        nginx, lambda text: text.replace("X-Forwarded-For $remote_addr", appended)
    )
    assert code == 0, said


def forget(text, directive, place):
    """Leave the directive out of the shipped file for these places."""
    server, socket, page = re.split(r"(?=location /(?:ws/)? \{)", text)
    if "/ws/" in place:
        socket = socket.replace(directive, "")
    if place != "/ws/":
        server = server.replace(directive, "")
    return server + socket + page


def test_a_site_that_trusts_a_proxy_which_is_not_there_is_told(server):
    site = server(env={"TRUSTED_PROXY_COUNT": "1"})
    code, said = examine(site.env)
    assert code == 1
    assert "WRONG  Proxy X-Forwarded-Proto arrives as 'https', not 'http' (at / and /ws/);" in said
    assert "X-Forwarded-For arrives as the client wrote it: anybody may lie" in said


def test_what_cannot_be_told_says_what_does_not_answer(server):
    site, nowhere = server(), f"http://127.0.0.1:{find_free_port()}"
    code, said = examine(site.env | {"SITE_URL": nowhere})
    assert code == 1
    assert f"WRONG  Pages: cannot be told: {nowhere}/accounts/login/ does not answer: " in said
    assert said.count("check SITE_URL and DNS") == 1
