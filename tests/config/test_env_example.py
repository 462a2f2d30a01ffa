"""`.env.example` names every variable."""

from __future__ import annotations

import re
import subprocess
import sys

from django.conf import settings

# Loses frames on purpose; only tests set it.
FOR_TESTS = {"HUB_DROP_PERCENT"}
NAMED = re.compile(r"^# ([A-Z][A-Z0-9_]*)=", re.M)
RECORD = """
from config import env
read, asked = env.read_raw, set()
env.read_raw = lambda name: (asked.add(name), read(name))[1]
import config.settings.prod
print(*asked)
"""
NEEDED = {
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "chat.example.com",
    "SITE_URL": "https://chat.example.com",
    "WS_ALLOWED_ORIGINS": "https://chat.example.com",
    "DATABASE_URL": "postgresql://check@localhost/check",
    "REDIS_URL": "redis://localhost",
    "EMAIL_URL": "smtps://mail.example.com",
    "DEFAULT_FROM_EMAIL": "doorbell@example.com",
}


def read_names():
    done = subprocess.run(
        [sys.executable, "-c", RECORD],
        cwd=settings.BASE_DIR,
        env=NEEDED,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_every_variable_that_settings_read_is_in_the_example():
    example = set(NAMED.findall((settings.BASE_DIR / ".env.example").read_text()))
    asked = read_names()
    assert asked - example == FOR_TESTS
    assert {name for name in example if name.startswith(("RATE_", "LIMIT_"))} <= asked
