from __future__ import annotations

import os
import signal
import sys

import httpx
import pytest

from tests.server import Child, find_free_port, point_to_test_database, wait_for


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_the_site_answers_and_knows_its_services(server, kind):
    site = server(kind=kind)
    answer = httpx.get(f"{site.url}/readyz", timeout=30)
    assert answer.json() == {"status": "ok", "postgresql": "ok", "redis": "ok"}


def test_a_restarted_site_answers_on_the_same_port(server):
    site = server()
    first = site.pid
    site.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{site.url}/healthz", timeout=30)
    site.restart()
    assert site.pid != first
    assert httpx.get(f"{site.url}/healthz", timeout=30).text == "ok\n"


def test_a_worker_answers(server):
    site = server(worker=True, beat=True)
    assert httpx.get(f"{site.url}/healthz", timeout=30).is_success


def test_the_processes_of_a_container_start_by_name(transactional_db, tmp_path):
    port = find_free_port()
    env = os.environ | {"PORT": str(port), "DATABASE_URL": point_to_test_database()}
    web = Child("web", [sys.executable, "-m", "config.processes", "web"], env, tmp_path)
    web.start()
    wait_for(lambda: is_up(web, port), "the web server")
    web.end(signal.SIGTERM)


def is_up(child, port):
    child.check_alive()
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).is_success
    except httpx.ConnectError:
        return False
