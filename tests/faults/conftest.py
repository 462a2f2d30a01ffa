from __future__ import annotations

import os
import random
import secrets
import zlib

import pytest

from tests.faults.cast.house import KINDS, House
from tests.faults.cast.talker import Talker
from tests.faults.cast.visitor import Visitor, knock

LONG = os.environ.get("FAULTS_LONG") == "1"
SEED = os.environ.get("FAULTS_SEED") or secrets.token_hex(4)


def pytest_report_header():
    return f"faults: FAULTS_SEED={SEED}"


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/faults" in item.nodeid:
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def dice(request):
    """Chance that can be repeated: FAULTS_SEED=… gives the same run again."""
    print(f"FAULTS_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="session")
def whole_house(tmp_path_factory, static_files):
    house = House(tmp_path_factory.mktemp("faults"))
    try:
        house.open()
        yield house
    finally:
        house.close()


@pytest.fixture
def house(whole_house):
    yield whole_house
    whole_house.mend()


def pytest_generate_tests(metafunc):
    """The long run tries everything on both servers, the smoke each test on one, by turns."""
    if "kind" in metafunc.fixturenames:
        turn = zlib.crc32(metafunc.function.__name__.encode()) % len(KINDS)
        metafunc.parametrize("kind", KINDS if LONG else [KINDS[turn]])


@pytest.fixture
def site(house, kind):
    """The site under test."""
    return house.sites[kind]


@pytest.fixture
def other_site(house, kind):
    """A second process on the same services, of the other kind."""
    return next(house.sites[other] for other in KINDS if other != kind)


@pytest.fixture
async def company(house, dice):
    """Opens shops and brings visitors; `history` is what happened to all of them."""
    company = Company(house, dice)
    yield company
    for visitor in company.visitors:
        await visitor.go()


class Company:
    def __init__(self, house, dice):
        self.house = house
        self.dice = dice
        self.history = []
        self.visitors = []

    async def gather(self, count, *sites, talkers=0, **shop):
        """A fresh shop with `count` guests in one room, all synced; the first ones are talkers."""
        self.shop = await self.house.cue("open_shop", **shop)
        kinds = [Talker] * talkers + [Visitor] * (count - talkers)
        guests = [await self.invite(f"guest {n}", *sites, kind=k) for n, k in enumerate(kinds)]
        self.room = guests[0].entry["room"] if guests else None
        return guests

    async def invite(self, name, *sites, kind=Visitor):
        entry = await knock(sites[0], self.shop["link"], name)
        visitor = self.make(sites, entry["resume"], name, kind=kind)
        visitor.entry = entry
        return await visitor.come()

    async def seat_member(self, membership, *sites, name="member"):
        """A member who watches the room from the inbox."""
        token = await self.house.cue("take_desk", membership=membership)
        return await self.make(sites, token, name, room=self.room).come()

    def make(self, sites, token, name, room=None, kind=Visitor):
        more = {"dice": self.dice, "history": self.history, "room": room}
        self.visitors.append(kind(sites, token, name=name, **more))
        return self.visitors[-1]

    async def read_stored(self):
        return await self.house.cue("read_messages", room=self.room)

    def notes(self, what):
        return [note for note in self.history if note["what"] == what]
