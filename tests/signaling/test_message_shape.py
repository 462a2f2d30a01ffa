"""A message looks the same wherever it leaves."""

from __future__ import annotations

import json

import pytest

from rooms.conversations.models import Message
from rooms.conversations.shape import describe_row
from rooms.webhooks.models import Webhook
from tests.api.conftest import attachment, make_api
from tests.signaling.conftest import member_pass

__all__ = ["attachment"]
WORDS = {"seq", "client_id", "from", "body", "at"}


def test_who_listens_who_syncs_and_who_reads_the_row_see_the_same(wire, guest, alice, client):
    desk = member_pass(alice, client)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(desk)
        await bob.ask("room.watch", room=str(guest.room.uuid))
        await ann.post("Hi")
        heard = await bob.wait_for("message.posted")
        synced = (await ann.sync(since=0))["messages"]
        return heard, synced

    heard, synced = wire(story)
    assert set(heard) == WORDS
    assert [heard] == synced == [describe_row(Message.objects.get())]


@pytest.fixture
def hook(account):
    return Webhook.objects.create(account=account, url="https://hooks.example", secret="")


def test_programs_get_it_in_the_words_of_rest(account, guest, hook, attachment):
    (row,) = Message.objects.select_related("sender", "room", "attachment")
    shape, api = describe_row(row), make_api(account)
    (shown,) = api.get(f"rooms/{row.room.uuid}/messages").json()["items"]
    (exported,) = api.get(f"guests/{guest.guest.uuid}/export").json()["messages"]
    assert {name: shown[name] for name in ("seq", "client_id", "body")} == {
        name: shape[name] for name in ("seq", "client_id", "body")
    }
    assert shown["sender"]["id"] == shape["from"]
    assert (exported["seq"], exported["body"]) == (shape["seq"], shape["body"])
    for file in (shown["attachment"], exported["attachment"]):
        assert file | {"url": shape["attachment"]["url"]} == shape["attachment"]
    told = json.loads(hook.deliveries.get(event="message.posted").payload)["data"]
    assert told.pop("attachment").keys() == shape.pop("attachment").keys()
    assert told == {"room": str(row.room.uuid), **shape}
