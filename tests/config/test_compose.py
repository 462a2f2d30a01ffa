"""deploy/compose.yaml with what .env.example says it needs, as far as it goes without Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests.compose import MARK, Missing, read, read_env

BASE = settings.BASE_DIR
FILE = BASE / "deploy" / "compose.yaml"
EXAMPLE = (BASE / ".env.example").read_text()
PASSWORDS = ["p@ss/w#rd", "%41%2F", "a b # c", '"q', "$HOME ${x} $$", "?:&=+;\\", "пароль密码"]
OURS = ("prepare", "web", "calls-worker", "worker", "beat")
TELL = """
import json
from django.conf import settings
from config.processes import WEB_SERVERS
database = settings.DATABASES["default"]
print(json.dumps({
    "database": [database[part] for part in ("USER", "PASSWORD", "HOST", "NAME")],
    "site": [settings.SITE_URL, settings.ALLOWED_HOSTS, settings.WS_ALLOWED_ORIGINS],
    "served": [settings.HOST, settings.PORT, settings.TRUSTED_PROXY_COUNT],
}))
"""


def write_env(**more):
    """.env as .env.example asks for it."""
    given = {
        "SITE_HOST": "chat.example.com",
        "POSTGRES_PASSWORD": "'p@ss/w#rd'",
        "SECRET_KEY": "k" * 50,
        "EMAIL_URL": "smtps://user:word@mail.example.com",
        "DEFAULT_FROM_EMAIL": "Doorbell <doorbell@example.com>",
    } | more
    return read_env(EXAMPLE + "\n".join(f"{name}={value}" for name, value in given.items()))


def start(service, values):
    """Load the settings of production as this service does."""
    environment = values | {name: str(value) for name, value in service["environment"].items()}
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=BASE,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.prod"}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", OURS)
def test_each_service_starts_with_what_the_example_asks_for(name):
    values = write_env(HOST="127.0.0.1", PORT="9000")
    told = start(read(FILE, values)[name], values)
    assert told["database"] == ["doorbell", "p@ss/w#rd", "postgres", "doorbell"]
    site = "https://chat.example.com"
    assert told["site"] == [site, ["chat.example.com"], [site]]
    assert told["served"] == ["0.0.0.0", 8000, 1]


@pytest.mark.parametrize("password", PASSWORDS)
def test_any_password_arrives_as_it_is(password):
    values = write_env(POSTGRES_PASSWORD=f"'{password}'")
    services = read(FILE, values)
    assert start(services["web"], values)["database"][1] == password
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == password


@pytest.mark.parametrize("name", ["SITE_HOST", "POSTGRES_PASSWORD"])
def test_what_is_missing_is_named(name):
    with pytest.raises(Missing, match=name):
        read(FILE, write_env(**{name: ""}))


def test_more_names_than_one_may_be_allowed():
    values = write_env(ALLOWED_HOSTS="a.example,chat.example.com")
    told = start(read(FILE, values)["web"], values)
    assert told["site"][1] == ["a.example", "chat.example.com"]


def test_the_example_names_every_variable():
    asked = {mark["name"] or mark["plain"] for mark in MARK.finditer(FILE.read_text())}
    assert asked >= {"SITE_HOST", "POSTGRES_PASSWORD"}
    assert {name for name in asked if not re.search(rf"^# {name}=", EXAMPLE, re.M)} == set()


def test_the_proxy_waits_until_a_page_can_be_served():
    services = read(FILE, write_env())
    assert services["caddy"]["depends_on"] == {"web": {"condition": "service_healthy"}}
    assert services["web"]["healthcheck"]["test"] == [
        "CMD",
        "python",
        "-m",
        "config.checks.healthy",
    ]


def test_the_image_gets_what_it_copies_and_nothing_else():
    copied = re.findall(r"^COPY (?!--)(\S+)", (BASE / "deploy" / "Dockerfile").read_text(), re.M)
    lines = (BASE / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line[:1] == "!"} == {name.strip("*") for name in copied}


def test_each_waits_for_what_it_asks_until_that_can_answer():
    services = read(FILE, write_env())
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            probed = "healthcheck" in services[needed]
            wanted = "service_healthy" if probed else "service_completed_successfully"
            assert how["condition"] == wanted, (name, needed)


def test_postgresql_is_asked_where_the_others_ask_it():
    """Its image first runs a server on a socket alone, to make the database."""
    probe = read(FILE, write_env())["postgres"]["healthcheck"]["test"]
    assert probe[:4] == ["CMD", "pg_isready", "-h", "127.0.0.1"]
