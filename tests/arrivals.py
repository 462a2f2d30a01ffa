"""Guests who come in by HTTP, and what becomes of the calls about them."""

from __future__ import annotations

import httpx

from rooms.notifications.models import Delivery
from tests.server import wait_for

# Clocks for people who wait for a test instead of an owner.
QUICK = {"SWEEP_INTERVAL_S": "1", "DELIVERY_LEASE_S": "3"}


def join(site, link, cookies=None, nickname="Gwen"):
    """Come in as a browser does."""
    answer = httpx.post(
        f"{site.url}/c/{link.address}/join",
        json={"nickname": nickname},
        headers={"Origin": site.url},
        cookies=cookies,
        # The first request of a process loads what answers it.
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    return answer


def wait_for_state(state):
    return wait_for(lambda: Delivery.objects.filter(state=state).first(), f"a delivery {state}")
