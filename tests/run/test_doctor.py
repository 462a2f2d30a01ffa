from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from config.examination import CHECKS
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


def test_a_missing_database_is_told_within_seconds(server):
    site = server()
    code, said = examine(
        site.env | {"DATABASE_URL": f"postgresql://x@127.0.0.1:{find_free_port()}/x"}
    )
    assert code == 1
    assert "WRONG  PostgreSQL does not answer" in said
    assert "OK     Redis" in said
