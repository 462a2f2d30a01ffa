"""What a guest is told on the wire when a limit of theirs is used up."""

from __future__ import annotations

import pytest

from rooms.conversations.models import Message
from tests.cast import join
from tests.client import CommandError
from tests.signaling.conftest import Stage, guest_pass, member_pass


@pytest.fixture
def narrow(server, wire):
    """narrow(story, NAME=…): on a site with these settings, the guest's limits."""

    def run(story, **limits):
        site = server(env={f"GUEST_LIMIT_{name}": value for name, value in limits.items()})
        wire(lambda _: story(Stage(site)))

    return run


@pytest.mark.parametrize("storage", ["keep", "none"])
def test_a_refusal_says_which_and_when_it_ends(narrow, guest, link, storage):
    type(guest.room.property).objects.update(storage=storage)
    neighbour = join(link, "Hank").participant

    async def story(stage):
        ann, hank = await stage.sit(guest), await stage.sit(neighbour)
        for n in range(3):
            await ann.post(f"line {n}")
        with pytest.raises(CommandError) as refusal:
            await ann.post("one too many")
        error = refusal.value.error
        assert (error["code"], error["limit"]) == ("rate_limited", "guest.messages_a_day")
        assert error["temporary"] and 0 < error["retry_after_ms"] <= 86_400_001
        await hank.post("Hello")

    narrow(story, MESSAGES_A_DAY="3")
    assert Message.objects.count() == (4 if storage == "keep" else 0)


def test_one_socket_too_many_is_sent_away_and_told_why(narrow, guest, alice, client):
    desk = member_pass(alice, client)

    async def story(stage):
        tabs = [await stage.sit(guest) for _ in range(2)]
        third = await stage.enter(guest_pass(guest))
        said = await third.wait_for("session.closing")
        assert said["limit"] == "guest.sockets" and said["retry_after_ms"] >= 20_000
        assert await third.wait_closed() == said["code"] == 4003
        await tabs[0].close()
        await tabs[1].ping()
        assert (await stage.sit(guest)).snapshot["self"]
        assert await stage.desk(desk)

    narrow(story, SOCKETS="2")


def test_the_sockets_of_a_link_are_counted_over_its_guests(server, wire, link):
    guests = [join(link, f"Guest {n}").participant for n in range(3)]
    site = server(env={"LINK_LIMIT_SOCKETS": "2"})

    async def story(_):
        stage = Stage(site)
        seated = [await stage.sit(one) for one in guests[:2]]
        third = await stage.enter(guest_pass(guests[2]))
        await third.tell("room.sync")
        assert (await third.wait_for("session.closing"))["limit"] == "link.sockets"
        assert [(await one.ping())["at"] > 0 for one in seated] == [True, True]

    wire(story)
