"""A program on the live wire, with tickets it got over REST."""

from __future__ import annotations

import asyncio
from functools import partial

import httpx
import pytest

from accounts.keys.services import create_api_key
from tests.client import WireClient


@pytest.fixture
def program(transactional_db, live, account):
    """An async REST client of Alice's program."""
    key, text = create_api_key(account, "Shop bot", "admin")
    options = {"headers": {"Authorization": f"Bearer {text}"}, "trust_env": False}
    client = partial(httpx.AsyncClient, base_url=f"{live.url}/api/v1/", **options)
    client.key = key
    return client


async def take_ticket(rest, body):
    return (await rest.post("tickets", json=body)).json()["ticket"]


def test_a_bot_hears_the_account_and_loses_the_wire_with_its_key(program, live, room):
    async def story():
        async with program() as rest:
            bot = await WireClient.open(live.ws_url, await take_ticket(rest, {}))
            snapshot = await bot.ask("inbox.sync")
            assert [one["id"] for one in snapshot["rooms"]] == [str(room.uuid)]
            await rest.post(f"rooms/{room.uuid}/messages", json={"body": "Hi", "as": "CRM"})
            assert (await bot.wait_for("room.changed"))["last_seq"] == 1
            assert (await rest.delete(f"api-keys/{program.key.uuid}")).status_code == 204
            assert await bot.wait_closed() == 4500

    asyncio.run(story())


def test_an_integrators_user_talks_in_a_room(program, live, room):
    person = {"external_id": "user-17", "name": "Cleo"}

    async def story():
        async with program() as rest:
            body = {"room": str(room.uuid), "participant": person}
            async with await WireClient.open(live.ws_url, await take_ticket(rest, body)) as cleo:
                me = (await cleo.sync())["self"]
                assert (me["kind"], me["name"]) == ("integration", "Cleo")
                await cleo.post("Hello")
                present = (await rest.get(f"rooms/{room.uuid}/presence")).json()["participants"]
                assert present == [{"participant": me["participant"], "connections": 1}]
            read = (await rest.get(f"rooms/{room.uuid}/messages")).json()["items"]
            assert [(m["body"], m["sender"]["name"]) for m in read] == [("Hello", "Cleo")]

    asyncio.run(story())
