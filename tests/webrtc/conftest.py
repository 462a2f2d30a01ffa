from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from tests.browser.conftest import chromium, make_context, visit_as  # noqa: F401  (fixtures)
from tests.webrtc.peer import HeadlessPeer

WAIT_S = 30


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/webrtc" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def aside():
    """aside(coroutine): run it in a loop of another thread; Playwright has this one's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(WAIT_S)

    yield run
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def headless(aside, live):
    """headless(token, room): a peer without a browser; gone at the end."""
    peers = []

    def come(token, room=None):
        peers.append(aside(HeadlessPeer.come(live.ws_url, token, room)))
        return peers[-1]

    yield come
    for peer in peers:
        aside(peer.leave())


@pytest.fixture
def knock(live):
    """knock(link, nickname): come by the link without a browser; returns the ticket."""

    def join(link, nickname):
        address = f"{live.url}/c/{link.address}/join"
        answer = httpx.post(address, json={"nickname": nickname}, trust_env=False, timeout=30)
        return answer.raise_for_status().json()["ticket"]

    return join
