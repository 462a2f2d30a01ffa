"""What an owner does with a webhook: secrets, a ping, replays, the log."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.base.sealing import open_secret
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.privacy.services import erase_guest
from rooms.webhooks.attempts import MAX_TRIES
from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.services import (
    delete_webhook,
    enable_webhook,
    replay_delivery,
    replay_failed,
    rotate_secret,
    send_test,
)
from rooms.webhooks.sweep import forget_old
from rooms.webhooks.tasks import deliver
from tests.cast import join
from tests.rooms.webhooks.conftest import PATH, try_now, verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("open_house"),
]
State = WebhookDelivery.State


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
    assert open_secret(hook.secret) == hook.key


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
