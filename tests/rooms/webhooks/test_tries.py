"""A program is told: signed, tried again for a day, by one worker at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.utils import timezone

from accounts.audit.models import AuditEvent
from rooms.webhooks.attempts import MAX_TRIES, WAITS_S
from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.sweep import queue_due, take_batch
from rooms.webhooks.tasks import deliver
from tests.cast import join
from tests.rooms.webhooks.conftest import try_now, verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("open_house"),
]
State = WebhookDelivery.State


def test_a_message_reaches_the_endpoint_signed(hook, delivery, answers, room):
    server = answers(204)
    assert try_now(delivery).state == State.SENT
    request, _ = server.log[0]
    content = verify(request, hook.key)
    assert content["type"] == "message.posted"
    assert content["data"]["room"] == str(room.uuid)
    assert (content["data"]["seq"], content["data"]["body"]) == (1, "Hello")
    assert datetime.fromisoformat(content["timestamp"]).utcoffset() == timedelta(0)


def test_the_id_stays_over_retries_while_the_time_moves(delivery, answers, hook):
    server = answers(500, 200)
    try_now(delivery)
    assert (delivery.state, delivery.attempts, delivery.response_status) == ("waiting", 1, 500)
    assert try_now(delivery).state == State.SENT
    first, second = (request for request, _ in server.log)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == str(delivery.uuid)
    assert first.data == second.data
    assert verify(first, hook.key) == verify(second, hook.key)


def test_waits_grow_over_a_day_and_then_it_has_failed(delivery, answers):
    answers(500)
    for number, wait_s in enumerate(WAITS_S, start=1):
        before = timezone.now()
        try_now(delivery)
        waited_s = (delivery.next_at - before).total_seconds()
        assert (delivery.state, delivery.attempts) == ("waiting", number)
        assert wait_s <= waited_s <= wait_s * 1.2 + 5
    assert try_now(delivery).state == State.FAILED
    assert delivery.attempts == MAX_TRIES
    assert 23 * 3600 < sum(WAITS_S) < 24 * 3600


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_only_2xx_is_success(delivery, answers, status):
    answers(status, Location="/elsewhere")
    assert try_now(delivery).state == State.WAITING


@pytest.mark.parametrize(
    ("value", "least_s", "most_s"),
    [
        ("7200", 7100, 7300),
        ("99999999999999999999", 86_300, 86_500),
        ("soon", 5, 12),
        ("0", 5, 12),
    ],
)
def test_retry_after_is_heeded_up_to_a_day(delivery, answers, value, least_s, most_s):
    answers(503, **{"Retry-After": value})
    before = timezone.now()
    try_now(delivery)
    assert least_s <= (delivery.next_at - before).total_seconds() <= most_s


@pytest.mark.parametrize(("hours", "least_s", "most_s"), [(2, 6000, 7300), (-2, 5, 12)])
def test_retry_after_may_be_a_date(delivery, answers, hours, least_s, most_s):
    now = datetime.now(UTC)
    answers(503, **{"Retry-After": format_datetime(now + timedelta(hours=hours))})
    try_now(delivery)
    assert least_s <= (delivery.next_at - now).total_seconds() <= most_s


def test_410_switches_the_webhook_off(delivery, answers, hook, link):
    answers(410)
    join(link, "Other")
    assert try_now(delivery).state == State.FAILED
    hook.refresh_from_db()
    assert (hook.enabled, hook.disabled_reason) == (False, "It answered 410 Gone.")
    assert AuditEvent.objects.filter(action="webhook.disabled", object_id=hook.uuid).exists()
    assert set(WebhookDelivery.objects.exclude(pk=delivery.pk).values_list("state", flat=True)) == {
        "skipped"
    }


def test_three_days_of_failure_switch_the_webhook_off(delivery, answers, hook):
    answers(500)
    days = [timezone.now() - timedelta(days=number) for number in (2, 4)]
    Webhook.objects.filter(pk=hook.pk).update(failing_since=days[1])
    try_now(delivery)
    hook.refresh_from_db()
    assert hook.enabled, "one failure after a quiet week is no proof"
    WebhookDelivery.objects.filter(pk=delivery.pk).update(created_at=days[0])
    assert try_now(delivery).state == State.SKIPPED
    hook.refresh_from_db()
    assert (hook.enabled, hook.disabled_reason) == (False, "It has failed for three days.")


def test_a_success_ends_the_failing(delivery, answers, hook):
    answers(500, 200)
    try_now(delivery)
    hook.refresh_from_db()
    assert hook.failing_since is not None
    try_now(delivery)
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_no_answer_is_noted_in_words(delivery, hook):
    Webhook.objects.filter(pk=hook.pk).update(url="http://127.0.0.1:1/")
    assert try_now(delivery).state == State.WAITING
    assert (delivery.note, delivery.response_status) == ("Nobody answers at this address.", None)


def test_an_address_that_became_private_is_not_called(delivery, answers, settings):
    server = answers(200)
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    assert try_now(delivery).state == State.WAITING
    assert "private network" in delivery.note
    assert server.log == []


def test_two_workers_send_one_request(delivery, answers):
    server = answers(200)

    def work(_):
        try:
            deliver(delivery.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert len(server.log) == 1


def test_of_a_failing_endpoint_one_delivery_at_a_time_is_tried(hook, link):
    for name in "abc":
        join(link, name)
    assert len(take_batch()) == 3
    WebhookDelivery.objects.update(lease_until=None)
    Webhook.objects.filter(pk=hook.pk).update(failing_since=timezone.now())
    first = WebhookDelivery.objects.earliest("pk")
    assert take_batch() == [first.pk]
    soon = timezone.now() + timedelta(seconds=60)
    WebhookDelivery.objects.filter(pk=first.pk).update(state=State.SENDING, lease_until=soon)
    second = WebhookDelivery.objects.exclude(pk=first.pk).earliest("pk")
    deliver(second.pk)
    second.refresh_from_db()
    assert (second.state, second.attempts, second.lease_until) == ("waiting", 0, None)


def test_what_a_dead_worker_dropped_is_tried_again(delivery):
    gone = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state=State.SENDING, lease_until=gone)
    queue_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
