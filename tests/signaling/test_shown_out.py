"""Those who stay are told who was shown out, so that they close their channels to them."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.keys.services import create_api_key, revoke_api_key
from accounts.team.services.members import remove_member
from rooms.conversations.services.guests import block_guest, unblock_guest
from rooms.conversations.services.rooms import close_room
from rooms.conversations.tickets import TicketClaims
from rooms.links.services.links import create_link, revoke_link, rotate_link
from rooms.links.services.properties import archive_property
from rooms.privacy.services import erase_guest
from tests.cast import join
from tests.signaling.conftest import guest_pass, member_pass


def revoke(place):
    revoke_link(link=place.room.link)


def rotate(place):
    rotate_link(link=place.room.link, kick=True)


def archive(place):
    archive_property(property=place.room.property)


def block(place):
    block_guest(guest=place.guest)


def erase(place):
    erase_guest(guest=place.guest)


WAYS = [revoke, rotate, archive, block, erase]


@pytest.fixture
def desk(alice, client):
    return member_pass(alice, client)


def find(snapshot, participant):
    return next(p for p in snapshot["participants"] if p["participant"] == str(participant.uuid))


async def watch(stage, entry, room):
    socket = await stage.desk(entry)
    socket.snapshot = await socket.ask("room.watch", room=str(room.uuid))
    return socket


async def hear_gone(socket, participant):
    """The end for good; the way through a lost line says only that nobody is connected."""
    told = await socket.wait_for("participant.left", lambda data: "gone" in data)
    assert told == {"participant": str(participant.uuid), "gone": True}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("online", [True, False], ids=["online", "in a tunnel"])
def test_a_guest_who_is_shown_out_is_gone_for_those_who_stay(wire, guest, desk, way, online):
    async def story(stage):
        if online:
            await stage.sit(guest)
        bob = await watch(stage, desk, guest.room)
        assert find(bob.snapshot, guest)["gone"] is False
        await sync_to_async(way)(guest)
        await hear_gone(bob, guest)

    wire(story)


@pytest.mark.parametrize("way", WAYS)
def test_who_was_away_learns_it_by_the_next_sync(wire, guest, desk, way):
    async def story(stage):
        await stage.sit(guest)
        await sync_to_async(way)(guest)
        bob = await watch(stage, desk, guest.room)
        told = find(bob.snapshot, guest)
        assert (told["gone"], told["connections"]) == (True, [])

    wire(story)


def test_a_lost_line_is_not_the_end(wire, guest, desk):
    async def story(stage):
        bob, ann = await watch(stage, desk, guest.room), await stage.sit(guest)
        await ann.close()
        assert await bob.wait_for("participant.left") == {"participant": str(guest.uuid)}
        again = await bob.sync(str(guest.room.uuid))
        assert (find(again, guest)["gone"], find(again, guest)["connections"]) == (False, [])

    wire(story)


def test_every_guest_of_a_shared_room_hears_who_was_blocked(wire, property):
    link = create_link(property=property, mode="shared")
    places = [join(link, name).participant for name in ("Ann", "Bea", "Cy")]

    async def story(stage):
        one, other, out = [await stage.sit(place) for place in places]
        await sync_to_async(block)(places[2])
        assert await out.wait_closed() == 4503
        for stays in (one, other):
            await hear_gone(stays, places[2])

    wire(story)


def test_a_crowd_that_is_shown_out_costs_one_frame(wire, property, desk):
    link = create_link(property=property, mode="shared")
    places = [join(link, f"Guest {number}").participant for number in range(21)]

    async def story(stage):
        bob = await watch(stage, desk, places[0].room)
        await sync_to_async(revoke_link)(link=link)
        await bob.wait_for("session.resync")
        again = await bob.sync(str(places[0].room.uuid))
        assert {find(again, place)["gone"] for place in places} == {True}
        assert not [frame for frame in bob.events if frame["event"] == "participant.left"]

    wire(story)


def test_a_removed_member_is_gone_for_the_guest(wire, guest, bob, alice, client):
    entry = member_pass(bob, client)
    membership = bob.memberships.get()

    async def story(stage):
        ann, socket = await stage.sit(guest), await watch(stage, entry, guest.room)
        me = socket.snapshot["self"]["participant"]
        await sync_to_async(remove_member)(membership=membership, actor=alice)
        assert (await ann.wait_for("participant.left", lambda data: "gone" in data)) == {
            "participant": me,
            "gone": True,
        }
        told = {p["participant"]: p["gone"] for p in (await ann.sync())["participants"]}
        assert told == {me: True, str(guest.uuid): False}

    wire(story)


@pytest.mark.parametrize("online", [True, False], ids=["online", "in a tunnel"])
def test_the_end_of_a_sign_in_ends_its_connections_only(wire, guest, alice, client, online):
    one, two = member_pass(alice, client), member_pass(alice, Client())

    async def story(stage):
        ann = await stage.sit(guest)
        here, there = await watch(stage, one, guest.room), await watch(stage, two, guest.room)
        me = there.snapshot["self"]["participant"]
        if not online:
            await here.close()
        await sync_to_async(client.logout)()
        told = await ann.wait_for("participant.changed", lambda data: "ended" in data)
        assert told == {"participant": me, "ended": [one.connection]}
        member = next(p for p in (await ann.sync())["participants"] if p["kind"] == "member")
        assert (member["gone"], member["ended"]) == (False, [one.connection])
        assert member["connections"] == [two.connection]

    wire(story)


def test_the_end_of_a_key_ends_its_connections(wire, guest, account):
    key, _ = create_api_key(account, "Robot")
    facts = {"account": str(account.uuid), "key": str(key.uuid)}

    async def story(stage):
        ann = await stage.sit(guest)
        robot = await watch(stage, TicketClaims(connection="c0ffee00c0ffee00", **facts), guest.room)
        await sync_to_async(revoke_api_key)(key)
        assert await robot.wait_closed() == 4500
        me = robot.snapshot["self"]["participant"]
        told = await ann.wait_for("participant.changed", lambda data: "ended" in data)
        assert told == {"participant": me, "ended": ["c0ffee00c0ffee00"]}

    wire(story)


def test_a_closed_room_says_so_and_shows_nobody_out(wire, guest, desk):
    async def story(stage):
        ann, bob = await stage.sit(guest), await watch(stage, desk, guest.room)
        await sync_to_async(close_room)(room=guest.room)
        for socket in (ann, bob):
            assert await socket.wait_for("room.closed") == {}
        again = await bob.sync(str(guest.room.uuid))
        assert (again["room"]["status"], find(again, guest)["gone"]) == ("closed", False)

    wire(story)


def test_who_is_let_in_again_is_not_gone_any_more(wire, guest, desk, link):
    async def story(stage):
        await stage.sit(guest)
        bob = await watch(stage, desk, guest.room)
        await sync_to_async(block)(guest)
        await hear_gone(bob, guest)
        await sync_to_async(unblock_guest)(guest=guest.guest)
        again = await stage.enter(guest_pass(guest))
        await again.sync()
        await bob.wait_for("participant.changed", lambda data: "connection" in data)
        assert find(await bob.sync(str(guest.room.uuid)), guest)["gone"] is False

    wire(story)


def test_who_was_shown_out_by_a_new_address_comes_back_only_by_it(wire, guest, link):
    async def story(stage):
        ann = await stage.sit(guest)
        await sync_to_async(rotate)(guest)
        assert await ann.wait_closed() == 4502
        again = await type(ann).open(stage.site.ws_url, ann.resume)
        with pytest.raises(Exception, match="link_gone"):
            await again.sync()
        assert await again.wait_closed() == 4502
        await sync_to_async(join)(link, guest_uuid=guest.guest.uuid)
        back = await type(ann).open(stage.site.ws_url, ann.resume)
        assert find(await back.sync(), guest)["gone"] is False

    wire(story)
