"""What a container's health check runs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db(transaction=True)


def is_healthy(site):
    command = [sys.executable, "-m", "config.checks.healthy"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=site.env, timeout=60)
    return done.returncode == 0


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_a_web_process_is_healthy_until_it_ends(server, kind):
    site = server(kind=kind)
    assert is_healthy(site)
    site.kill()
    assert not is_healthy(site)


def test_one_without_a_database_is_not(server):
    site = server(env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"})
    assert not is_healthy(site)
