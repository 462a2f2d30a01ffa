from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_the_site_answers_and_knows_its_services(server, kind):
    site = server(kind=kind)
    answer = httpx.get(f"{site.url}/readyz")
    assert answer.json() == {"status": "ok", "postgresql": "ok", "redis": "ok"}


def test_a_restarted_site_answers_on_the_same_port(server):
    site = server()
    first = site.pid
    site.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{site.url}/healthz")
    site.restart()
    assert site.pid != first
    assert httpx.get(f"{site.url}/healthz").text == "ok\n"


def test_a_worker_answers(server):
    site = server(worker=True, beat=True)
    assert httpx.get(f"{site.url}/healthz").is_success
