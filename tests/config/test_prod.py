"""Production settings, read by a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "SECRET_KEY": "9f3b" * 8 + "xK-w_Q7uTz2LmRvN5sYpHd8c",
    "ALLOWED_HOSTS": "chat.example.com",
    "SITE_URL": "https://chat.example.com",
    "WS_ALLOWED_ORIGINS": "https://chat.example.com",
    "DATABASE_URL": "postgresql://check@localhost/check",
    "REDIS_URL": "redis://localhost",
    "EMAIL_URL": "smtps://mail.example.com",
    "DEFAULT_FROM_EMAIL": "doorbell@example.com",
}


def check(**env):
    """Run the deployment checks and return (code, what was said)."""
    known = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=known | env,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_complete_settings_pass_the_deployment_checks():
    assert check(**COMPLETE)[0] == 0


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_what_is_missing_is_named(name):
    code, said = check(**{key: value for key, value in COMPLETE.items() if key != name})
    assert code == 1
    assert said.startswith(f"ImproperlyConfigured: {name} is not set")


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 50"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("SITE_URL", "http://chat.example.com", "SITE_URL must start with https://"),
        ("WS_ALLOWED_ORIGINS", "https://other.example.com", "config.E005"),
        ("PRESENCE_TTL_S", "40", "config.E001"),
        ("WS_STALL_S", "10", "config.E008"),
        ("WEB_PROCESSES", "8", "config.E002"),
        ("DB_POOL_SIZE", "8", "config.E003"),
        ("TURN_URLS", "turn:turn.example.com", "config.E007"),
        ("DATABASE_URL", "sqlite:///db", "DATABASE_URL"),
        ("DATABASE_URL", "postgresql://x:p@ss/w#rd@host/x", "DATABASE_URL: write / ? # @"),
        ("DATABASE_URL", "postgresql://x:pa/ss@host/x", "or set DATABASE_PASSWORD apart"),
        ("DATABASE_URL", "postgresql://x:p?ss@host/x", "or set DATABASE_PASSWORD apart"),
        ("EMAIL_URL", "smtps://x:p#ss@mail.example.com", "EMAIL_URL: write / ? # @"),
        ("REDIS_URL", "redis://:p@ss/w#rd@host/0", "REDIS_URL: write / ? # @"),
        ("EMAIL_URL", "mail.example.com", "EMAIL_URL"),
    ],
)
def test_what_does_not_fit_is_named(name, value, word):
    code, said = check(**COMPLETE | {name: value})
    assert code == 1
    assert word in said


def test_a_password_may_be_given_apart_but_not_twice():
    assert check(**COMPLETE | {"DATABASE_PASSWORD": "p@ss/w#rd"})[0] == 0
    twice = {"DATABASE_URL": "postgresql://x:one@host/x", "DATABASE_PASSWORD": "two"}
    code, said = check(**COMPLETE | twice)
    assert (code, "DATABASE_URL has a password already" in said) == (1, True)


def test_a_password_may_be_a_file(tmp_path):
    (tmp_path / "secret").write_text("p@ss/w#rd\n")
    assert check(**COMPLETE | {"DATABASE_PASSWORD_FILE": str(tmp_path / "secret")})[0] == 0
