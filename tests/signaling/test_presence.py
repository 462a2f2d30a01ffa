"""Who is here: shown at once, kept over a reload, gone after the grace period."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from accounts.base.redis import get_redis
from rooms.base import presence
from rooms.conversations.services.messages import post_message, sender_of
from tests.signaling.conftest import guest_pass, member_pass


@pytest.fixture
def desk(alice, client):
    return member_pass(alice, client)


def test_joining_and_leaving_is_told(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        bob = await stage.desk(desk)
        await bob.ask("room.watch", room=room)
        ann = await stage.sit(guest)
        joined = await bob.wait_for("participant.joined")
        assert (joined["participant"], joined["name"]) == (str(guest.uuid), "Gwen")
        assert joined["connections"] == [ann.snapshot["self"]["connection"]]
        left_at = time.monotonic()
        await ann.close()
        assert (await bob.wait_for("participant.changed"))["connections"] == []
        assert (await bob.wait_for("participant.left"))["participant"] == str(guest.uuid)
        assert time.monotonic() - left_at > 4  # the grace period was kept

    wire(story)


def test_a_reload_does_not_flicker(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        bob = await stage.desk(desk)
        await bob.ask("room.watch", room=room)
        ann = await stage.sit(guest)
        await bob.wait_for("participant.joined")
        await ann.close()
        again = await stage.sit(guest)
        connection = again.snapshot["self"]["connection"]
        # Told once when the new socket came, once more when the grace of the old one ended.
        for _ in range(2):
            await bob.wait_for("participant.changed", lambda d: d["connections"] == [connection])
        kinds = {frame["event"] for frame in bob.events}
        assert not kinds & {"participant.joined", "participant.left"}

    wire(story)


def test_leaving_on_purpose_has_no_grace(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        bob, ann = await stage.desk(desk), await stage.sit(guest)
        await bob.ask("room.watch", room=room)
        await ann.ask("room.leave")
        assert (await bob.wait_for("participant.left"))["participant"] == str(guest.uuid)

    wire(story)
    assert presence.read_people(presence.room_key(room)) != {}


def test_the_desk_is_taken_while_an_inbox_is_open(wire, guest, account, desk):
    async def story(stage):
        ann = await stage.sit(guest)
        assert ann.snapshot["available"] is False
        bob = await stage.desk(desk)
        assert (await ann.wait_for("owner.available"))["available"] is True
        assert await sync_to_async(presence.online_now)(account)
        await bob.close()
        assert (await ann.wait_for("owner.available"))["available"] is False

    wire(story)
    assert not presence.online_now(account)


def test_the_inbox_sees_which_guests_are_online(wire, guest, desk):
    post_message(sender=sender_of(guest), client_id=uuid4(), body="Hi")
    get_redis().flushdb()  # nobody is expected any more

    async def story(stage):
        bob = await stage.desk(desk)
        assert [room["online"] for room in bob.snapshot["rooms"]] == [False]
        ann = await stage.sit(guest)
        await bob.wait_for("room.changed", lambda data: data.get("online") is True)
        assert [room["online"] for room in (await bob.ask("inbox.sync"))["rooms"]] == [True]
        await ann.close()
        await bob.wait_for("room.changed", lambda data: data.get("online") is False)

    wire(story)


def test_a_ping_brings_presence_back_after_redis_lost_it(wire, guest):
    key = presence.room_key(guest.room.uuid)

    async def story(stage):
        ann = await stage.sit(guest)
        get_redis().flushdb()
        await ann.ping()
        while not presence.read_people(key):
            await ann.ping()

    wire(story)


def test_nothing_is_left_when_everybody_went(wire, guest, desk):
    async def story(stage):
        bob = await stage.desk(desk)
        for _ in range(5):
            ann = await stage.enter(guest_pass(guest))
            await ann.sync()
            await ann.close()
        await bob.wait_for("room.changed", lambda data: data.get("online") is False)

    wire(story)
    assert get_redis().zrangebyscore(presence.room_key(guest.room.uuid), time.time(), "+inf") == []
