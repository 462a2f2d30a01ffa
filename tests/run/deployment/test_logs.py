"""The logs of real processes, after everything went wrong that can."""

from __future__ import annotations

from contextlib import contextmanager

import httpx
import pytest
from django.db import connection
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from rooms.notifications.models import Delivery
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from tests.arrivals import QUICK, join
from tests.server import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "Zq8-Wv3xK_tR9Zq8-Wv3xK_tR9"
SECRET_PATHS = [
    "/c/{}/join",
    "/c/{}/qr.svg",
    "/invitations/{}",
    "/accounts/enter/{}",
    "/notifications/confirm/{}",
    "/accounts/confirm-email/{}/",
    "/accounts/password/reset/key/2-{}/",
]


@contextmanager
def broken_table(name):
    """A table that is away makes a 500 of whatever reads it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO {name}_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name}_away RENAME TO {name}")


def knock(site, path, **headers):
    with httpx.Client(base_url=site.url, timeout=30) as client:
        return client.post(path, headers=headers, json={"nickname": "Gwen"}).status_code


def refuse_socket(site):
    offer = {"origin": "https://elsewhere.example", "subprotocols": [f"ticket.{TOKEN}"]}
    with pytest.raises(WebSocketException), connect(site.ws_url, **offer) as socket:
        socket.recv(timeout=10)


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_no_link_is_in_the_log_of_a_web_process(server, kind, link):
    site = server(kind=kind, env={"LOG_LEVEL": "INFO"})
    with broken_table("rooms_directlink"):
        assert knock(site, f"/c/{link.address}/join") == 500
    for path in SECRET_PATHS:
        for method in ("GET", "POST"):
            httpx.request(method, site.url + path.format(TOKEN), timeout=30)
        knock(site, path.format(TOKEN), Host="elsewhere.example")
    assert knock(site, f"/c/{link.address}/join", Host="elsewhere.example") == 400
    refuse_socket(site)
    wait_for(lambda: "Internal Server Error: /c/…/join" in site.read_log(), "the error")
    log = site.read_log()
    assert "Traceback" in log and "rooms_directlink" in log
    assert link.address not in log
    assert TOKEN not in log


def test_no_address_of_another_service_is_in_the_log_of_a_worker(
    server, settings, link, account, httpserver
):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []
    open_house = {"WEBHOOKS_ALLOW_HTTP": "1", "WEBHOOKS_ALLOW_PRIVATE": "1", "WEBHOOKS_PORTS": ""}
    httpserver.expect_request(f"/hook/{TOKEN}").respond_with_data("no", 503)
    create_webhook(account=account, url=httpserver.url_for(f"/hook/{TOKEN}"))
    nowhere = {"EMAIL_URL": f"smtp://{TOKEN}:{TOKEN}@127.0.0.1:1", "LOG_LEVEL": "INFO"}
    site = server(worker=True, env=QUICK | open_house | nowhere)
    join(site, link)
    wait_for(WebhookDelivery.objects.filter(attempts=1).exists, "a failed delivery")
    wait_for(Delivery.objects.filter(attempts=1).exists, "a failed call")
    log = "".join(child.log.read_text() for child in site.others)
    assert "rooms.webhooks.tasks.deliver" in log
    assert TOKEN not in log
    assert link.address not in log
