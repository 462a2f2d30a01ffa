"""Being called by ntfy, with a server that answers as ntfy does."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import timezone

from accounts.targets.models import Target
from rooms.notifications.channels import channel_of
from rooms.notifications.models import Delivery
from rooms.notifications.targets import add_address
from rooms.notifications.tasks import deliver, send_proof, send_test
from tests.api.conftest import make_api
from tests.cast import join

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"


@pytest.fixture(autouse=True)
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.fixture
def ntfy(httpserver):
    """ntfy(status, …): answer the next publish like this."""

    def answer(status=200, body=None, **headers):
        httpserver.clear()
        content = {"id": "sPs71M8A2T"} if body is None else body
        httpserver.expect_request("/", method="POST").respond_with_json(
            content,
            status,
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )
        return httpserver

    return answer


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def target(alice, ntfy, httpserver):
    """Alice's topic, agreed to; nothing else calls her."""
    Target.objects.all().delete()
    added = add_topic(alice.memberships.get(), httpserver.url_for("/door-4711"))
    Target.objects.update(verified_at=timezone.now())
    return added


def add_topic(membership, url, token=TOKEN):
    address = channel_of("ntfy").parse({"url": url, "token": token})
    return add_address(membership=membership, kind="ntfy", address=address)


def published(httpserver):
    request, _ = httpserver.log[-1]
    return json.loads(request.data), request.headers


def call(link):
    join(link)
    delivery = Delivery.objects.get()
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_an_arrival_is_pushed_with_a_way_to_answer(target, link, ntfy):
    server = ntfy()
    delivery = call(link)
    message, headers = published(server)
    assert delivery.state == State.SENT
    assert message["topic"] == "door-4711"
    assert message["title"] == f"Gwen is waiting at {link.property.name}"
    assert message["click"].endswith(f"/inbox/{delivery.arrival.room.uuid}")
    assert (message["priority"], message["tags"]) == (4, ["bell"])
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_the_push_speaks_the_members_language(target, link, ntfy, alice):
    alice.language = "zh-hans"
    alice.save(update_fields=["language"])
    server = ntfy()
    call(link)
    assert "尚无人回复" in published(server)[0]["message"]


def test_a_topic_without_a_token_sends_none(alice, link, ntfy, httpserver):
    Target.objects.all().delete()
    add_topic(alice.memberships.get(), httpserver.url_for("/open"), token="")
    Target.objects.update(verified_at=timezone.now())
    server = ntfy()
    assert call(link).state == State.SENT
    assert "Authorization" not in published(server)[1]


def test_too_many_at_once_come_back_when_it_says(target, link, ntfy):
    ntfy(429, {"code": 42901, "http": 429, "error": "limit reached"}, Retry_After="120")
    before = timezone.now()
    delivery = call(link)
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    assert delivery.note == "429 limit reached"
    assert 110 < (delivery.next_at - before).total_seconds() < 130


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_closed_topic_is_switched_off(target, link, ntfy, status):
    ntfy(status, {"error": "forbidden"})
    assert call(link).state == State.FAILED
    target.refresh_from_db()
    assert (target.enabled, target.last_error) == (False, f"{status} forbidden")


@pytest.mark.parametrize("answer", ["<html>", "", "[1]", '{"error": 5}'])
def test_a_server_in_trouble_is_asked_again(target, link, httpserver, answer):
    httpserver.expect_request("/").respond_with_data(answer, 502, content_type="text/html")
    delivery = call(link)
    assert delivery.state == State.WAITING
    assert delivery.note.startswith("502")


def test_the_topic_counts_once_somebody_there_agrees(page, alice, ntfy, httpserver):
    url = httpserver.url_for("/door-4711")
    page.post("/notifications/targets", {"kind": "ntfy", "url": url, "token": TOKEN})
    added = Target.objects.get(kind="ntfy")
    assert added.verified_at is None
    server = ntfy()
    send_proof(added.pk)
    click = published(server)[0]["click"]
    page.logout()
    assert page.post(re.sub(r"^https?://[^/]+", "", click)).status_code == 200
    added.refresh_from_db()
    assert added.verified_at is not None


def test_neither_topic_nor_token_is_shown(page, target):
    text = page.get("/notifications").content.decode()
    assert "/door…" in text
    assert "4711" not in text and TOKEN not in text
    assert TOKEN not in json.dumps(Target.objects.get(pk=target.pk).address)


def test_a_test_call_goes_to_the_topic(target, property, ntfy):
    server = ntfy()
    send_test(target.pk)
    assert published(server)[0]["click"].endswith("/inbox")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ntfy.sh/a",
        "https://ntfy.sh/",
        "https://ntfy.sh/a/b",
        "https://ntfy.sh/a b",
        "nonsense",
        "https://user:word@ntfy.sh/a",
        "https://ntfy.sh/" + "a" * 65,
        "https://ntfy.sh/a?auth=b",
    ],
)
def test_what_is_no_topic_is_refused(page, url):
    answer = page.post("/notifications/targets", {"kind": "ntfy", "url": url})
    assert answer.status_code == 400
    assert not Target.objects.filter(kind="ntfy").exists()


def test_a_private_network_is_refused(page, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    answer = page.post("/notifications/targets", {"kind": "ntfy", "url": "https://10.0.0.1/door"})
    assert answer.status_code == 400


def test_a_program_adds_a_topic(account, alice, ntfy, httpserver):
    api = make_api(account)
    body = {"member": str(alice.memberships.get().uuid), "kind": "ntfy", "token": TOKEN}
    url = httpserver.url_for("/door-4711")
    added = api.post("targets", body | {"address": url})
    assert added.status_code == 201, added.content
    assert added.json()["address"].endswith("/door…")
    again = api.post("targets", body | {"address": url})
    assert again.status_code == 409
    wrong = api.post("targets", body | {"address": "https://ntfy.sh/a/b"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "address")


def test_an_unknown_channel_is_refused(page):
    assert page.post("/notifications/targets", {"kind": "pigeon"}).status_code == 400
