"""Pushes to browsers, with a service that checks the sender and a browser that reads them."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command

from accounts.targets.models import Target
from config.checks.settings import check_vapid
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.webpush import vapid
from rooms.notifications.models import Delivery
from rooms.notifications.targets import add_address
from rooms.notifications.tasks import deliver, send_test
from tests.api.conftest import make_api
from tests.cast import join
from tests.rooms.notifications.push_service import Browser, check_sender

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


@pytest.fixture(autouse=True)
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []
    settings.PUSH_HOSTS = ["localhost"]
    settings.VAPID_PRIVATE_KEY = vapid.make_private_key()


@pytest.fixture
def browser(httpserver):
    return Browser(httpserver.url_for("/push/dGVzdA"))


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def target(alice, browser):
    """Alice's browser; nothing else calls her."""
    Target.objects.all().delete()
    return subscribe(alice, browser)


def subscribe(user, browser):
    address = channel_of("webpush").parse({"subscription": browser.subscription})
    return add_address(membership=user.memberships.get(), kind="webpush", address=address)


def answer(httpserver, status=201, **headers):
    httpserver.clear()
    fields = {name.replace("_", "-"): text for name, text in headers.items()}
    httpserver.expect_request(re.compile(".*")).respond_with_data("", status, headers=fields)


def call(link):
    join(link)
    delivery = Delivery.objects.latest("id")
    deliver(delivery.pk)
    return Delivery.objects.filter(pk=delivery.pk).first()


def test_an_arrival_is_pushed_to_the_browser(target, link, browser, httpserver):
    answer(httpserver)
    delivery = call(link)
    assert (delivery.state, delivery.note) == (State.SENT, "")
    request, _ = httpserver.log[-1]
    check_sender(request.headers, browser.endpoint, channel_of("webpush").public_key)
    room = delivery.arrival.room
    assert browser.read(request.data) == {
        "title": f"Gwen is waiting at {link.property.name}",
        "body": "Nobody has answered yet. Tap to open the conversation.",
        "url": f"http://127.0.0.1:8000/inbox/{room.uuid}",
        "tag": room.uuid.hex,
    }
    assert request.headers["Urgency"] == "high"
    # At most 32 letters of base64url (RFC 8030).
    assert request.headers["Topic"] == room.uuid.hex
    assert len(request.data) <= 4096


def test_the_same_text_is_never_sealed_twice_alike(target, browser, httpserver, link, account):
    answer(httpserver)
    send_test(target.pk)
    send_test(target.pk)
    first, second = (request.data for request, _ in httpserver.log)
    assert first != second
    assert browser.read(first)["title"] == browser.read(second)["title"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_left_is_forgotten(target, link, httpserver, status):
    answer(httpserver, status)
    assert call(link) is None
    assert not Target.objects.exists()


def test_a_test_finds_a_browser_that_left(target, httpserver, property):
    answer(httpserver, 410)
    send_test(target.pk)
    assert not Target.objects.exists()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_is_not_about_the_browser_is_tried_again(target, link, httpserver, status):
    answer(httpserver, status, Retry_After="77")
    delivery = call(link)
    assert delivery.state == State.WAITING
    target.refresh_from_db()
    assert target.enabled


def test_too_much_is_not_sent_again(target, link, httpserver):
    answer(httpserver, 413)
    assert call(link).state == State.FAILED
    target.refresh_from_db()
    assert not target.enabled


def test_the_page_adds_a_browser_at_once(page, browser):
    form = {
        "kind": "webpush",
        "subscription": browser.subscription,
        "agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36",
    }
    assert page.post("/notifications/targets", form).status_code == 302
    added = Target.objects.get(kind="webpush")
    assert added.verified_at is not None
    text = page.get("/notifications").content.decode()
    assert "Chrome on Linux" in text
    assert browser.endpoint not in text and browser.endpoint not in json.dumps(added.address)
    assert page.post("/notifications/targets", form).status_code == 400


def test_a_program_adds_a_browser(account, alice, browser):
    body = {
        "member": str(alice.memberships.get().uuid),
        "kind": "webpush",
        "address": browser.subscription,
    }
    added = make_api(account).post("targets", body)
    assert added.status_code == 201, added.content
    assert added.json()["address"] == "A browser"


def edit(browser, **changes):
    return json.dumps({**json.loads(browser.subscription), **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://evil.example/push/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": "https://169.254.169.254/x"},
        {"endpoint": "ftp://fcm.googleapis.com/x"},
        {"endpoint": ["https://fcm.googleapis.com/x"]},
        {"endpoint": None},
        {"keys": {}},
        {"keys": []},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22}},
        {"keys": {"p256dh": 5, "auth": 5}},
        {"keys": {"p256dh": "é" * 87, "auth": "é" * 22}},
    ],
)
def test_what_is_no_subscription_is_refused(page, browser, change):
    form = {"kind": "webpush", "subscription": edit(browser, **change)}
    assert page.post("/notifications/targets", form).status_code == 400
    assert not Target.objects.filter(kind="webpush").exists()


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "5", "{", '"x"', "\u0000", "[" * 1500, '{"a":' * 300]
)
def test_what_is_not_even_json_is_refused(page, text):
    form = {"kind": "webpush", "subscription": text}
    assert page.post("/notifications/targets", form).status_code == 400


def test_a_browser_tells_its_new_subscription(client, target, browser, httpserver, link):
    fresh = Browser(httpserver.url_for("/push/bmV3"))
    body = {"old": browser.endpoint, "subscription": json.loads(fresh.subscription)}
    answered = client.post("/notifications/push", body, content_type="application/json")
    assert answered.status_code == 204
    answer(httpserver)
    call(link)
    request, _ = httpserver.log[-1]
    assert request.path == "/push/bmV3"
    assert fresh.read(request.data)["title"].startswith("Gwen")
    assert (
        client.post("/notifications/push", body, content_type="application/json").status_code == 404
    )


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"old": "x"}', '{"old": "x", "subscription": 5}']
)
def test_an_odd_renewal_changes_nothing(client, target, body):
    answered = client.post("/notifications/push", body, content_type="application/json")
    assert answered.status_code == 400
    before = target.address
    target.refresh_from_db()
    assert target.address == before


def test_renewals_are_limited(client, target):
    codes = [client.post("/notifications/push", "{}", content_type="application/json").status_code]
    codes += [
        client.post("/notifications/push", "{}", content_type="application/json").status_code
        for _ in range(10)
    ]
    assert codes == [400] * 10 + [429]


def test_the_worker_stands_at_the_top(client):
    answered = client.get("/service-worker.js")
    assert answered["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answered["Cache-Control"]
    icon = re.search(r'ICON = "(.+)"', answered.content.decode())[1]
    assert client.get(icon).status_code == 200


def test_without_a_key_nothing_is_offered(page, browser, settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert 'data-role="push"' not in page.get("/notifications").content.decode()
    form = {"kind": "webpush", "subscription": browser.subscription}
    assert page.post("/notifications/targets", form).status_code == 400


def test_the_command_makes_a_key_that_works(capsys, settings):
    call_command("vapid")
    key = re.search(r"^VAPID_PRIVATE_KEY=(\S+)$", capsys.readouterr().out, re.M)[1]
    settings.VAPID_PRIVATE_KEY = key
    settings.VAPID_SUBJECT = "mailto:ops@example.com"
    assert check_vapid() == []
    header = vapid.sign("https://fcm.googleapis.com/x")
    check_sender(
        {"Authorization": header, "Content-Encoding": "aes128gcm", "TTL": "1"},
        "https://fcm.googleapis.com/x",
        vapid.public_key_of(key),
    )


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "ops@example.com",
        "mailto:ops@localhost",
        "https://box.local",
        "http://a.example",
        "mailto:",
    ],
)
def test_a_subject_that_nobody_reads_does_not_start(settings, subject):
    settings.SITE_URL, settings.VAPID_SUBJECT = "https://chat.example.com", subject
    assert [found.id for found in check_vapid()] == ["config.E013"]


@pytest.mark.parametrize("key", ["x", "é", "A" * 43, "_" * 43])
def test_a_key_that_is_none_does_not_start(settings, key):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = key, "mailto:ops@example.com"
    assert [found.id for found in check_vapid()] == ["config.E012"]


def test_a_call_waits_while_there_is_no_key(target, link, httpserver, settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert call(link).state == State.WAITING
    assert httpserver.log == []
