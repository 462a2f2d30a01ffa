"""A socket's incoming messages come one after the other, and none gets lost."""

from __future__ import annotations

import asyncio

import pytest

from config.servers.receive_queue import ReceiveQueue


async def test_messages_come_in_their_order():
    inbox = ReceiveQueue()
    for number in range(3):
        inbox.put_nowait(number)
    assert [await inbox.get() for _ in range(3)] == [0, 1, 2]
    assert inbox.empty()


async def test_a_waiting_reader_gets_what_comes_later():
    inbox = ReceiveQueue()
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait("first")
    inbox.put_nowait("second")
    assert await reading == "first"
    assert await inbox.get() == "second"


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_reader_that_gives_up_takes_nothing_along(arrived):
    inbox = ReceiveQueue()
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    if arrived:
        inbox.put_nowait("kept")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    if not arrived:
        inbox.put_nowait("kept")
    assert await inbox.get() == "kept"
