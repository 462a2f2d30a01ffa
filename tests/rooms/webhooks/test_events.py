"""What is written down to be told, and for whom: never about other tenants."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rooms.conversations.services.rooms import close_room, tag_room
from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.services import create_webhook, update_webhook
from tests.cast import join
from tests.rooms.webhooks.conftest import say

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("open_house"),
]


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
