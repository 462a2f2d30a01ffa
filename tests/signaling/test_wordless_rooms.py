"""The inbox over the socket: rooms without a word are there while their guest is."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from accounts.base.redis import get_redis
from rooms.properties.models import Property
from tests.cast import join
from tests.signaling.conftest import guest_pass, member_pass


@pytest.fixture
def desk(alice, client):
    return member_pass(alice, client)


async def list_rooms(socket):
    return [room["id"] for room in (await socket.ask("inbox.sync"))["rooms"]]


def test_the_list_follows_a_guest_who_says_nothing(wire, guest, desk):
    room = str(guest.room.uuid)
    get_redis().flushdb()

    async def story(stage):
        bob = await stage.desk(desk)
        assert bob.snapshot["rooms"] == []
        ann = await stage.sit(guest)
        came = await bob.wait_for("room.changed", lambda data: data.get("online") is True)
        assert came == {"id": room, "online": True, "begun": False}
        assert await list_rooms(bob) == [room]
        await ann.close()
        assert await list_rooms(bob) == [room]  # within the grace
        await bob.wait_for("room.changed", lambda data: data.get("online") is False)
        assert await list_rooms(bob) == []

    wire(story)


def test_a_first_word_keeps_the_room_on_the_list(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        bob, ann = await stage.desk(desk), await stage.sit(guest)
        await bob.wait_for("room.changed", lambda data: data.get("begun") is False)
        await ann.post("Hi")
        await ann.close()
        await bob.wait_for("room.changed", lambda data: data.get("online") is False)
        snapshot = await bob.ask("inbox.sync")
        assert [(one["id"], one["begun"]) for one in snapshot["rooms"]] == [(room, True)]
        await stage.sit(guest)
        came = await bob.wait_for("room.changed", lambda data: data.get("begun") is not None)
        assert came["begun"] is True

    wire(story)


def test_an_arrival_whose_socket_never_opens_ends_like_any_other(wire, link, desk, monkeypatch):
    monkeypatch.setattr("django.conf.settings.PRESENCE_TTL_S", 3)

    async def story(stage):
        bob = await stage.desk(desk)
        visit = await sync_to_async(join)(link)
        arrived = await bob.wait_for("guest.arrived")
        assert (arrived["room"], arrived["begun"]) == (str(visit.room.uuid), False)
        assert await list_rooms(bob) == [arrived["room"]]
        left = await bob.wait_for("room.changed", lambda data: data.get("online") is False)
        assert left["id"] == arrived["room"]
        assert await list_rooms(bob) == []

    wire(story)


def test_a_guest_who_leaves_on_purpose_leaves_the_list(wire, guest, desk):
    async def story(stage):
        bob, ann = await stage.desk(desk), await stage.sit(guest)
        await ann.ask("room.leave")
        await bob.wait_for("room.changed", lambda data: data.get("online") is False)
        assert await list_rooms(bob) == []

    wire(story)


def test_the_other_tab_of_a_guest_keeps_the_room_on_the_list(wire, guest, desk):
    async def story(stage):
        bob = await stage.desk(desk)
        one, other = await stage.enter(guest_pass(guest)), await stage.sit(guest)
        await one.sync()
        await one.ask("room.leave")
        told = await bob.wait_for("room.changed", lambda data: "begun" not in data)
        assert told["online"] is True
        assert await list_rooms(bob) == [str(guest.room.uuid)]
        await other.close()

    wire(story)


def test_where_words_are_not_stored_a_meeting_is_told_and_stays(wire, guest, desk):
    Property.objects.update(storage="none")
    room = str(guest.room.uuid)

    async def story(stage):
        bob, ann = await stage.desk(desk), await stage.sit(guest)
        await bob.ask("room.watch", room=room)
        kept = await bob.wait_for("room.changed", lambda data: data.get("begun") is True)
        assert kept == {"id": room, "begun": True}
        await ann.close()
        await bob.wait_for("room.changed", lambda data: data.get("online") is False)
        assert await list_rooms(bob) == [room]

    wire(story)
