"""What programs are told: signed, retried, logged, replayed, and never about other tenants."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from werkzeug import Response

from accounts.models import AuditEvent
from rooms import access, tokens
from rooms.models import Webhook, WebhookDelivery
from rooms.services.guests import erase_guest
from rooms.services.messages import post_message, sender_of
from rooms.services.rooms import close_room, tag_room
from rooms.services.webhooks import (
    create_webhook,
    delete_webhook,
    enable_webhook,
    replay_delivery,
    replay_failed,
    rotate_secret,
    send_test,
    update_webhook,
)
from rooms.webhooks.sweep import forget_old, queue_due, take_batch
from rooms.webhooks.tasks import MAX_TRIES, WAITS_S, deliver
from tests.cast import join

pytestmark = pytest.mark.django_db(transaction=True)
State = WebhookDelivery.State
PATH = "/hook"


@pytest.fixture(autouse=True)
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.fixture
def hook(account, httpserver):
    """Alice's webhook with all events; `hook.key` is the secret she was shown."""
    webhook, secret = create_webhook(account=account, url=httpserver.url_for(PATH))
    webhook.key = secret
    return webhook


@pytest.fixture
def answers(httpserver):
    """answers(status, …): what the endpoint says, in turn; the last one for good."""

    def set_up(*statuses, **headers):
        queue = list(statuses)

        def answer(request):
            status = queue.pop(0) if len(queue) > 1 else queue[0]
            return Response(f"said {status}", status, headers)

        httpserver.expect_request(PATH, method="POST").respond_with_handler(answer)
        return httpserver

    return set_up


def say(room, member, body="Hello"):
    """A member's message in the room."""
    participant = access.get_member_participant(member.memberships.get(), room)
    participant = (
        type(participant)
        .objects.select_related("room__property", "room__account", "membership")
        .get(pk=participant.pk)
    )
    return post_message(sender=sender_of(participant), client_id=uuid4(), body=body)


def try_now(delivery):
    """Make the delivery due and let a worker have it."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        next_at=timezone.now() - timedelta(seconds=1)
    )
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


@pytest.fixture
def delivery(hook, room, alice):
    say(room, alice)
    return WebhookDelivery.objects.get(event="message.posted")


def verify(request, secret):
    """What a receiver does with the public library; raises if the signature is wrong."""
    return Verifier(secret).verify(request.data.decode(), dict(request.headers.items()))


def test_a_message_reaches_the_endpoint_signed(hook, delivery, answers, room):
    server = answers(204)
    assert try_now(delivery).state == State.SENT
    request, _ = server.log[0]
    content = verify(request, hook.key)
    assert content["type"] == "message.posted"
    assert content["data"]["room"] == str(room.uuid)
    assert (content["data"]["seq"], content["data"]["body"]) == (1, "Hello")
    assert datetime.fromisoformat(content["timestamp"]).utcoffset() == timedelta(0)


def test_every_kind_of_event_is_written_down_once(hook, link, alice):
    visit = join(link)
    say(visit.room, alice)
    tag_room(room=visit.room, tags=["vip"])
    close_room(room=visit.room)
    events = WebhookDelivery.objects.order_by("pk").values_list("event", flat=True)
    assert list(events) == [
        "guest.arrived",
        "message.posted",
        "room.changed",
        "room.closed",
        "room.changed",
    ]
    for delivery in WebhookDelivery.objects.all():
        data = json.loads(delivery.payload)["data"]
        assert data["room"] == str(visit.room.uuid)
        assert isinstance(data["seq"], int)


def test_only_chosen_events_are_written_down(hook, link, alice):
    update_webhook(webhook=hook, events=["message.posted"])
    say(join(link).room, alice)
    assert [d.event for d in WebhookDelivery.objects.all()] == ["message.posted"]


def test_nothing_is_written_for_other_tenants_and_switched_off_webhooks(charlie, hook, link):
    theirs = charlie.memberships.get().account
    create_webhook(account=theirs, url="https://example.com/")
    Webhook.objects.filter(pk=hook.pk).update(enabled=False)
    join(link)
    assert WebhookDelivery.objects.count() == 0


def test_a_message_costs_no_further_statement_without_a_webhook(room, alice):
    say(room, alice)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        say(room, alice)
    assert not [q for q in seen if "INTO rooms_webhookdelivery" in q["sql"]]


def test_a_refused_message_is_not_told(hook, room, alice):
    close_room(room=room)
    before = WebhookDelivery.objects.count()
    with pytest.raises(Exception, match="closed"):
        say(room, alice)
    assert WebhookDelivery.objects.count() == before


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
        (format_datetime(datetime.now(UTC) + timedelta(hours=2)), 6000, 7300),
        (format_datetime(datetime.now(UTC) - timedelta(hours=2)), 5, 12),
        ("soon", 5, 12),
        ("0", 5, 12),
    ],
)
def test_retry_after_is_heeded_up_to_a_day(delivery, answers, value, least_s, most_s):
    answers(503, **{"Retry-After": value})
    before = timezone.now()
    try_now(delivery)
    assert least_s <= (delivery.next_at - before).total_seconds() <= most_s


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


def test_the_log_tells_what_was_sent_and_said(delivery, httpserver, hook):
    text = "é" * 5000 + "\0"
    httpserver.expect_request(PATH).respond_with_data(text, 500, content_type="text/plain")
    try_now(delivery)
    sent, said = delivery.request_excerpt, delivery.response_excerpt
    assert sent.startswith(f"POST {hook.url}")
    assert f"webhook-id: {delivery.uuid}" in sent
    assert '"body": "Hello"' in sent
    assert "v1,…" in sent
    assert said.startswith("500\ncontent-type: text/plain")
    assert max(len(sent.encode()), len(said.encode())) <= 2048


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


def test_after_a_rotation_both_secrets_sign_for_a_day(delivery, answers, hook):
    server = answers(500)
    new = rotate_secret(webhook=hook)
    try_now(delivery)
    verify(server.log[0][0], new)
    verify(server.log[0][0], hook.key)
    Webhook.objects.filter(pk=hook.pk).update(old_secret_until=timezone.now())
    try_now(delivery)
    verify(server.log[1][0], new)
    with pytest.raises(Exception, match="signature"):
        verify(server.log[1][0], hook.key)


def test_secrets_rest_encrypted_and_survive_a_new_secret_key(hook, settings):
    hook.refresh_from_db()
    assert hook.key.removeprefix("whsec_") not in hook.secret
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key for the tests, long enough to be one"
    assert tokens.open_secret(hook.secret) == hook.key


def test_a_ping_is_sent_once_also_to_a_switched_off_webhook(hook, answers):
    server = answers(500)
    Webhook.objects.filter(pk=hook.pk).update(enabled=False)
    delivery = try_now(send_test(webhook=hook))
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert verify(server.log[0][0], hook.key)["type"] == "webhook.test"
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_a_replay_sends_the_same_again_under_the_same_id(delivery, answers):
    server = answers(200)
    try_now(delivery)
    assert try_now(replay_delivery(delivery=delivery)).state == State.SENT
    first, second = (request for request, _ in server.log)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_what_failed_since_a_time_is_replayed(hook, delivery, link):
    old = timezone.now() - timedelta(days=2)
    WebhookDelivery.objects.update(state=State.FAILED, attempts=MAX_TRIES, created_at=old)
    join(link, "Hal")
    join(link, "Ida")
    WebhookDelivery.objects.filter(created_at__gt=old).update(state=State.FAILED, attempts=11)
    assert replay_failed(webhook=hook, since=timezone.now() - timedelta(days=1)) == 2
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert WebhookDelivery.objects.filter(state=State.WAITING, attempts=0).count() == 2


def test_a_switched_on_webhook_starts_afresh(hook):
    Webhook.objects.filter(pk=hook.pk).update(
        enabled=False, disabled_reason="Gone", failing_since=timezone.now()
    )
    enable_webhook(webhook=hook)
    hook.refresh_from_db()
    assert (hook.enabled, hook.disabled_reason, hook.failing_since) == (True, "", None)


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


def test_the_log_is_forgotten_after_thirty_days(delivery, link):
    join(link, "New")
    month = timezone.now() - timedelta(days=31)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(created_at=month)
    assert forget_old() == 1
    assert not WebhookDelivery.objects.filter(pk=delivery.pk).exists()
    assert WebhookDelivery.objects.exists()


def test_an_erased_guest_leaves_the_log(hook, link):
    visit = join(link, "Gwendolyn")
    guest = (
        type(visit.participant)
        .objects.select_related("room__property", "room__account", "membership")
        .get(pk=visit.participant.pk)
    )
    post_message(sender=sender_of(guest), client_id=uuid4(), body="my secret")
    close_room(room=visit.room)
    erase_guest(guest=visit.guest)
    left = " ".join(WebhookDelivery.objects.values_list("payload", flat=True))
    assert left
    assert "Gwendolyn" not in left
    assert "secret" not in left


def test_a_deleted_webhook_takes_its_log_along(hook, delivery):
    delete_webhook(webhook=hook)
    assert WebhookDelivery.objects.count() == 0
    deliver(delivery.pk)
