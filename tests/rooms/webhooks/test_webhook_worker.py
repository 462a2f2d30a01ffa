"""Webhooks through a running worker and its clock."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook as Verifier

from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from tests.arrivals import QUICK
from tests.arrivals import join as come_in
from tests.server import wait_for

OPEN = {"WEBHOOKS_ALLOW_HTTP": "1", "WEBHOOKS_ALLOW_PRIVATE": "1", "WEBHOOKS_PORTS": ""}


@pytest.fixture
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.mark.slow
def test_a_worker_delivers_at_once_and_the_clock_repeats(
    open_house, server, link, account, httpserver: HTTPServer
):
    url, events = httpserver.url_for("/hook"), ["guest.arrived"]
    webhook, secret = create_webhook(account=account, url=url, events=events)
    httpserver.expect_ordered_request("/hook", method="POST").respond_with_data("no", 503)
    httpserver.expect_ordered_request("/hook", method="POST").respond_with_data("yes")
    site = server(worker=True, beat=True, env=QUICK | OPEN)
    come_in(site, link)
    wait_for(lambda: httpserver.log, "the first try")
    delivery = wait_for(WebhookDelivery.objects.filter(state="sent").first, "the second try")
    requests = [request for request, _ in httpserver.log]
    assert {request.headers["webhook-id"] for request in requests} == {str(delivery.uuid)}
    content = Verifier(secret).verify(requests[-1].data.decode(), dict(requests[-1].headers))
    assert (content["type"], content["data"]["name"]) == ("guest.arrived", "Gwen")
    assert (delivery.attempts, delivery.response_excerpt.endswith("yes")) == (2, True)
    webhook.refresh_from_db()
    assert webhook.failing_since is None
