"""Many who come back at once: everybody is told once to look again, not once for each."""

from __future__ import annotations

import asyncio

import pytest

from accounts.base.redis import get_redis
from rooms.links.services.links import create_link
from tests.cast import join

# In whichever two seconds they are noticed, more than 20 of them are in one.
MANY, FEW = 42, 3


@pytest.fixture
def guests(property):
    """guests(count): that many participants of one shared room."""
    link = create_link(property=property, mode="shared")

    def gather(count):
        return [join(link, f"Guest {n}").participant for n in range(count)]

    return gather


async def forget_and_ping(stage, participants):
    """Take their seats away behind their backs and let all but one ping; returns that one."""
    watcher, *others = [await stage.sit(one) for one in participants]
    get_redis().flushdb()
    watcher.events.clear()
    await asyncio.gather(*(other.ping() for other in others))
    return watcher


def people_told_of(socket):
    return [f["data"] for f in socket.events if f.get("event", "").startswith("participant.")]


def test_many_who_are_back_at_once_mean_one_resync(wire, guests):
    crowd = guests(MANY + 1)

    async def story(stage):
        watcher = await forget_and_ping(stage, crowd)
        await watcher.wait_for("session.resync")
        await watcher.ping()
        shown = {}
        while len(shown) < MANY + 1:
            people = (await watcher.sync())["participants"]
            shown = {one["participant"] for one in people if one["connections"]}
        assert shown == {str(one.uuid) for one in crowd}
        assert len(people_told_of(watcher)) <= 20

    wire(story)


def test_a_few_who_are_back_are_told_one_by_one(wire, guests):
    crowd = guests(FEW + 1)

    async def story(stage):
        watcher = await forget_and_ping(stage, crowd)
        for other in crowd[1:]:
            who = str(other.uuid)
            told = await watcher.wait_for(
                "participant.changed", lambda data, who=who: data["participant"] == who
            )
            assert len(told["connections"]) == 1
        assert not [f for f in watcher.events if f.get("event") == "session.resync"]

    wire(story)
