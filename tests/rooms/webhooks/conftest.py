from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from werkzeug import Response

from rooms.conversations.services.messages import post_message, sender_of
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from rooms.webhooks.tasks import deliver
from tests.cast import enter

PATH = "/hook"


@pytest.fixture
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
    participant = enter(member, room)
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
