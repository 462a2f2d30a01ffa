"""What has been said fits through the wire, however much it was."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from rooms.conversations.models import Message, Participant
from tests.signaling.conftest import Stage

LONG = "好" * 8000
COUNT = 30


@pytest.fixture
def long_history(room, guest):
    rows = range(1, COUNT + 1)
    Message.objects.bulk_create(
        Message(
            account=room.account,
            room=room,
            sender=guest,
            seq=seq,
            client_id=uuid.uuid4(),
            body=LONG,
        )
        for seq in rows
    )
    room.last_seq = COUNT
    room.save(update_fields=["last_seq"])
    return list(rows)


async def read_forwards(socket):
    """Every seq after the first, as a client that was away collects them."""
    found, page = [1], {"more": True}
    while page["more"]:
        page = await socket.sync(since=found[-1])
        found += [message["seq"] for message in page["messages"]]
        await socket.ping()
    return found


async def read_backwards(socket):
    """Every seq from the newest page upwards to the first."""
    page = await socket.sync()
    found = [message["seq"] for message in page["messages"]]
    while page["more"]:
        page = await socket.ask("room.sync", before=found[0])
        found = [message["seq"] for message in page["messages"]] + found
        await socket.ping()
    return found


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_a_long_history_arrives_whole_in_either_direction(server, kind, guest, long_history):
    async def story():
        socket = await Stage(server(kind=kind)).sit(guest)
        assert await read_forwards(socket) == long_history
        assert await read_backwards(socket) == long_history

    asyncio.run(story())


def test_a_crowded_room_opens(wire, guest):
    Participant.objects.bulk_create(
        Participant(
            account=guest.account,
            room=guest.room,
            kind=Participant.Kind.INTEGRATION,
            external_id=f"bot {number}",
            name=f"A rather long name of number {number}",
        )
        for number in range(499)
    )

    async def story(stage):
        assert len((await stage.sit(guest)).snapshot["participants"]) == 500

    wire(story)
