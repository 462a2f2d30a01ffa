"""Webhooks over REST: made, tried, read and replayed by a program, and only by the right one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.base.sealing import open_secret
from rooms.webhooks.models import Webhook, WebhookDelivery
from tests.api.requests.test_authentication import assert_problem
from tests.cast import join

URL = "https://shop.example.com/hook"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{42,}={0,2}")


@pytest.fixture
def hook(api):
    return api.post("webhooks", {"url": URL}).json()


def test_the_secret_is_shown_at_creation_and_never_again(api):
    made = api.post("webhooks", {"url": URL, "events": ["message.posted"], "description": "Shop"})
    assert made.status_code == 201
    assert SECRET.fullmatch(made.json()["secret"])
    read = api.get(f"webhooks/{made.json()['id']}").json()
    assert "secret" not in read
    assert read == {name: value for name, value in made.json().items() if name != "secret"}


def test_a_repeated_creation_makes_one_webhook(api):
    first = api.post("webhooks", {"url": URL}, Idempotency_Key="one")
    assert api.post("webhooks", {"url": URL}, Idempotency_Key="one").json() == first.json()
    assert Webhook.objects.count() == 1


def test_a_rotation_shows_the_new_secret_and_keeps_the_old_one_for_a_day(api, hook):
    rotated = api.post(f"webhooks/{hook['id']}/rotate-secret").json()
    assert SECRET.fullmatch(rotated["secret"])
    assert rotated["secret"] != hook["secret"]
    stored = Webhook.objects.get()
    live = [open_secret(sealed) for sealed in stored.sealed_secrets]
    assert live == [rotated["secret"], hook["secret"]]
    left = stored.old_secret_until - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://example.com:22/"}, "url"),
        ({"url": "https://me:pass@example.com/"}, "url"),
        ({"url": URL, "events": ["typing"]}, "events"),
        ({"url": URL, "description": "\u202eevil"}, "description"),
        ({"url": URL, "secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_called_is_refused_by_field(api, body, field):
    refused = api.post("webhooks", body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"].partition(".")[0] == field
    assert Webhook.objects.count() == 0


def test_a_webhook_is_changed_and_removed(api, hook):
    path = f"webhooks/{hook['id']}"
    changed = api.patch(path, {"url": "https://example.com/2", "events": ["room.closed"]})
    assert (changed.json()["url"], changed.json()["events"]) == (
        "https://example.com/2",
        ["room.closed"],
    )
    assert api.delete(path).status_code == 204
    assert_problem(api.get(path), 404, "webhook_not_found")


def test_an_account_has_twenty_webhooks_at_most(api):
    for _ in range(20):
        assert api.post("webhooks", {"url": URL}).status_code == 201
    refused = assert_problem(api.post("webhooks", {"url": URL}), 403, "limit_reached")
    assert (refused["limit"], refused["allowed"]) == ("webhooks", 20)


def test_a_ping_is_written_down_and_read(api, hook):
    sent = api.post(f"webhooks/{hook['id']}/test")
    assert (sent.status_code, sent.json()["event"]) == (201, "webhook.test")
    assert sent.json()["payload"]["data"] == {"webhook": hook["id"]}
    assert api.get(f"webhook-deliveries/{sent.json()['id']}").json() == sent.json()


def test_switching_off_stops_what_waits_and_replays(api, hook, link):
    join(link)
    path = f"webhooks/{hook['id']}"
    assert api.post(f"{path}/disable").json()["enabled"] is False
    line = WebhookDelivery.objects.get()
    assert (line.state, line.note) == ("skipped", "the webhook is switched off")
    again = api.post(f"webhook-deliveries/{line.uuid}/replay")
    assert_problem(again, 409, "webhook_disabled")
    assert_problem(
        api.post(f"{path}/replay", {"since": "2026-01-01T00:00:00Z"}), 409, "webhook_disabled"
    )
    assert api.post(f"{path}/enable").json()["enabled"] is True
    assert api.post(f"{path}/replay", {"since": "2026-01-01T00:00:00Z"}).json() == {"replayed": 1}


def test_one_delivery_is_replayed_whatever_became_of_it(api, hook, link):
    join(link)
    WebhookDelivery.objects.update(state="sent", attempts=3, finished_at=timezone.now())
    line = WebhookDelivery.objects.get()
    again = api.post(f"webhook-deliveries/{line.uuid}/replay").json()
    assert (again["id"], again["state"], again["attempts"]) == (str(line.uuid), "waiting", 0)


def test_the_log_is_narrowed_and_read_with_few_queries(api, hook, link, django_assert_num_queries):
    for number in range(20):
        join(link, f"Guest {number}")
    api.post(f"webhooks/{hook['id']}/test")
    WebhookDelivery.objects.filter(event="webhook.test").update(state="failed")
    path = f"webhooks/{hook['id']}/deliveries"
    # Key, webhook, page.
    with django_assert_num_queries(3):
        assert len(api.get(path).json()["items"]) == 21
    assert [line["event"] for line in api.get(f"{path}?state=failed").json()["items"]] == [
        "webhook.test"
    ]
    assert len(api.get(f"{path}?event=guest.arrived&limit=5").json()["items"]) == 5


def test_a_reader_reads_and_changes_nothing(reader, hook):
    assert reader.get("webhooks").json()["items"][0]["id"] == hook["id"]
    for path in ("rotate-secret", "enable", "disable", "test"):
        refused = reader.post(f"webhooks/{hook['id']}/{path}")
        assert_problem(refused, 403, "insufficient_scope")


def test_other_tenant_gets_404(charlies, hook, link):
    join(link)
    line = WebhookDelivery.objects.get()
    for path in ("", "/deliveries"):
        assert charlies.get(f"webhooks/{hook['id']}{path}").status_code == 404
    assert charlies.get(f"webhook-deliveries/{line.uuid}").status_code == 404
    assert charlies.post(f"webhook-deliveries/{line.uuid}/replay").status_code == 404
    assert charlies.get("webhooks").json()["items"] == []
