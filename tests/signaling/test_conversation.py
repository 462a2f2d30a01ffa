"""Two people, one room, over a running server."""

from __future__ import annotations

from uuid import uuid4

import pytest

from rooms.conversations.models import Message
from rooms.conversations.services.messages import post_message, sender_of
from tests.client import CommandError
from tests.signaling.conftest import guest_pass, member_pass


@pytest.fixture
def desk(alice, client):
    return member_pass(alice, client)


def test_both_write_and_both_see_one_order(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(desk)
        await bob.ask("room.watch", room=room)
        assert (await ann.post("Hi"))["seq"] == 1
        assert (await bob.post("Hello", room=room))["seq"] == 2
        for socket in (ann, bob):
            first = await socket.wait_for("message.posted")
            second = await socket.wait_for("message.posted")
            assert [first["body"], second["body"]] == ["Hi", "Hello"]

    wire(story)
    assert list(Message.objects.values_list("seq", "body")) == [(1, "Hi"), (2, "Hello")]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_a_line_ends_as_any_system_ends_it(wire, guest, end):
    async def story(stage):
        await (await stage.sit(guest)).post(f"line one{end}line two")

    wire(story)
    assert Message.objects.get().body == "line one\nline two"


def test_a_repeated_client_id_is_one_message(wire, guest):
    name = uuid4()

    async def story(stage):
        ann = await stage.sit(guest)
        first = await ann.post("Hi", client_id=name)
        assert await ann.post("Hi", client_id=name) == first
        with pytest.raises(CommandError, match="client_id_reused"):
            await ann.post("Ho", client_id=name)
        assert (await ann.post("Next"))["seq"] == 2

    wire(story)
    assert Message.objects.count() == 2


def test_sync_returns_what_was_missed_and_pages_back(wire, guest):
    for number in range(210):
        post_message(sender=sender_of(guest), client_id=uuid4(), body=f"line {number}")

    async def story(stage):
        ann = await stage.sit(guest)
        missed = await ann.sync(since=5)
        assert [m["seq"] for m in missed["messages"]] == list(range(6, 206))
        assert missed["more"]
        newest = await ann.sync()
        assert [m["seq"] for m in newest["messages"]] == list(range(11, 211))
        older = await ann.ask("room.sync", before=11)
        assert [m["seq"] for m in older["messages"]] == list(range(1, 11))
        assert not older["more"]

    wire(story)


def test_marks_move_forward_only_and_are_told(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(desk)
        await bob.ask("room.watch", room=room)
        for n in range(3):
            await bob.post(f"line {n}", room=room)
        assert await ann.ask("message.read", seq=2) == {"seq": 2, "delivered_seq": 2}
        assert await ann.ask("message.read", seq=1) == {}
        assert await ann.ask("message.read", seq=99) == {"seq": 3, "delivered_seq": 3}
        told = await bob.wait_for("message.read", lambda data: data["seq"] == 3)
        assert told["from"] == str(guest.uuid)

    wire(story)
    guest.refresh_from_db()
    assert (guest.read_seq, guest.delivered_seq) == (3, 3)


def test_typing_and_signals_reach_the_other_side_only(wire, guest, desk):
    room = str(guest.room.uuid)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(desk)
        me = (await bob.ask("room.watch", room=room))["self"]
        await ann.tell("typing")
        assert await bob.wait_for("typing") == {"from": str(guest.uuid), "on": True}
        offer = {"type": "offer", "sdp": "v=0"}
        await ann.tell("signal", to=me["participant"], description=offer, epoch=1)
        signal = await bob.wait_for("signal")
        assert signal["description"] == offer
        assert signal["connection"] == ann.snapshot["self"]["connection"]
        await ann.ping()
        assert not [f for f in ann.events if f.get("event") in ("typing", "signal")]

    wire(story)


def test_inbox_learns_of_messages_in_rooms_it_does_not_watch(wire, guest, desk):
    async def story(stage):
        bob, ann = await stage.desk(desk), await stage.sit(guest)
        await ann.post("Anybody there?")
        change = await bob.wait_for("room.changed", lambda data: "preview" in data)
        assert change["preview"] == "Anybody there?"
        assert change["last_seq"] == 1
        assert not [f for f in bob.events if f.get("event") == "message.posted"]

    wire(story)


def test_none_storage_passes_on_and_keeps_nothing(wire, guest, desk):
    guest.room.property.storage = "none"
    guest.room.property.save(update_fields=["storage"])
    room = str(guest.room.uuid)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(desk)
        me = (await bob.ask("room.watch", room=room))["self"]["participant"]
        reply = await ann.post("A secret")
        assert reply["seq"] is None and reply["reached"] == [me]
        posted = await bob.wait_for("message.posted")
        assert (posted["body"], posted["seq"]) == ("A secret", None)
        await bob.ask("message.read", room=room, client_ids=[posted["client_id"]])
        assert (await ann.wait_for("message.read"))["client_ids"] == [posted["client_id"]]

    wire(story)
    assert not Message.objects.exists()


def test_closed_room_refuses_and_opens_again(wire, guest):
    from asgiref.sync import sync_to_async

    from rooms.conversations.services.rooms import close_room, reopen_room

    async def story(stage):
        ann = await stage.sit(guest)
        await sync_to_async(close_room)(room=guest.room)
        await ann.wait_for("room.closed")
        with pytest.raises(CommandError, match="room_closed"):
            await ann.post("Hi")
        await sync_to_async(reopen_room)(room=guest.room)
        await ann.wait_for("room.changed")
        assert (await ann.post("Hi"))["seq"] == 1

    wire(story)


def test_a_second_tab_of_the_same_guest_hears_everything(wire, guest):
    async def story(stage):
        one, two = await stage.sit(guest), await stage.sit(guest)
        changed = await one.wait_for("participant.changed")
        assert len(changed["connections"]) == 2
        await one.post("Hi")
        assert (await two.wait_for("message.posted"))["body"] == "Hi"

    wire(story)


def test_the_same_resume_token_replaces_the_older_socket(wire, guest):
    async def story(stage):
        ann = await stage.sit(guest)
        entry = guest_pass(guest)
        again = await type(ann).open(stage.site.ws_url, ann.resume)
        assert await ann.wait_closed() == 4002
        snapshot = await again.sync()
        assert snapshot["self"]["connection"] != entry.connection
        assert (await again.post("Still here"))["seq"] == 1

    wire(story)
