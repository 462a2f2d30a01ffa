"""docs/asyncapi.yaml is what the code says, what the page says, and what a server does."""

from __future__ import annotations

import copy
import io
import json
import re
from functools import cache

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from signaling.wire import protocol
from tests.client import CommandError
from tests.signaling.conftest import member_pass

COMMITTED = (settings.BASE_DIR / "docs/asyncapi.yaml").read_text()
PAGE = (settings.BASE_DIR / "docs/protocol.md").read_text()
DOCUMENT = yaml.safe_load(COMMITTED)
SCHEMAS = DOCUMENT["components"]["schemas"]
REGISTRY = Registry().with_resource("wire:", Resource(DOCUMENT, DRAFT7))
OFFICIAL = settings.BASE_DIR / "tests/node_modules/@asyncapi/specs/schemas/3.0.0.json"
REST_OF_ID = "0000-0000-4000-8000-000000000000"


@cache
def make_validator(name):
    shape = {"$ref": f"wire:#/components/schemas/{name}"}
    return Draft7Validator(shape, registry=REGISTRY, format_checker=FormatChecker())


def find_references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "$ref" else find_references(value)
    elif isinstance(node, list):
        for value in node:
            yield from find_references(value)


def name_schema(way, frame, kinds):
    """Which schema a frame has to fit; `kinds` remembers what was asked under which ref."""
    if way == "→":
        kinds[frame.get("ref")] = frame["kind"]
        return join_words(frame["kind"]) + "Command"
    if "event" in frame:
        return join_words(frame["event"]) + "Event"
    return "Error" if "error" in frame else join_words(kinds[frame["ref"]]) + "Answer"


def join_words(name):
    return "".join(part.capitalize() for part in name.split("."))


def read_page_frames():
    """Every literal frame of docs/protocol.md; what is left out of an id is filled in."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE, re.M | re.S)
    for text in re.findall(r"^([→←] .*(?:\n .*)*)", "\n".join(blocks), re.M):
        full = re.sub(r'"([0-9a-f]{4})?…"', lambda m: f'"{(m[1] or "0" * 4) + REST_OF_ID}"', text)
        yield full[0], json.loads(full[2:])


def test_the_committed_document_is_the_generated_one():
    made = io.StringIO()
    call_command("asyncapi", stdout=made)
    assert made.getvalue() == COMMITTED, "run: manage.py asyncapi > docs/asyncapi.yaml"


@pytest.fixture(scope="module")
def official():
    """The schema that the AsyncAPI initiative publishes, which comes by npm alone."""
    if not OFFICIAL.is_file():
        pytest.skip("needs the official AsyncAPI schema: npm ci --prefix tests")
    return Draft7Validator(json.loads(OFFICIAL.read_text()))


def test_the_document_is_valid_asyncapi(official):
    official.validate(DOCUMENT)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (["asyncapi"], "3.9.9"),
        (["info", "surprise"], 1),
        (["channels", "socket", "address"], 5),
        (["operations", "receiveTypingCommand", "action"], "publish"),
        (["operations", "receiveTypingCommand", "channel"], {"address": "/ws/"}),
        (["components", "messages", "TypingEvent", "payload"], {"type": "objekt"}),
    ],
)
def test_a_document_with_a_mistake_is_not(official, place, wrong):
    broken = node = copy.deepcopy(DOCUMENT)
    for name in place[:-1]:
        node = node[name]
    node[place[-1]] = wrong
    assert not official.is_valid(broken)


def test_every_reference_leads_somewhere_and_every_schema_is_one():
    for reference in set(find_references(DOCUMENT)):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node
    for shape in SCHEMAS.values():
        Draft7Validator.check_schema(shape)


def test_the_document_has_every_command_and_event_and_nothing_else():
    operations = DOCUMENT["operations"]
    commands = {f"receive{join_words(kind)}Command" for kind in protocol.ACCOUNT_COMMANDS}
    events = {f"send{join_words(name)}Event" for name in protocol.EVENTS}
    assert set(operations) == commands | events
    assert {name for name in operations if operations[name]["action"] == "receive"} == commands


def test_the_pages_frames_fit_the_document():
    frames, kinds = list(read_page_frames()), {2: "inbox.sync", 8: "message.post"}
    assert len(frames) >= 9
    for way, frame in frames:
        make_validator(name_schema(way, frame, kinds)).validate(frame)


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("PingCommand", {"kind": "ping", "data": {"surprise": 1}}),
        ("MessagePostCommand", {"kind": "message.post", "data": {"body": "without an id"}}),
        ("TypingEvent", {"event": "typing", "room": "r", "data": {"from": "p"}}),
        ("PingAnswer", {"ref": 1, "ok": {}}),
    ],
)
def test_a_frame_that_is_wrong_does_not_fit(name, frame):
    assert not make_validator(name).is_valid(frame)


def test_what_a_running_server_takes_and_says_fits(wire, guest, alice, client, link):
    entry, room = member_pass(alice, client), str(guest.room.uuid)
    frames = []

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.enter(entry)
        for socket in (ann, bob):
            record(socket, frames)
        await play(ann, bob, room)
        await ann.ping()
        await bob.ping(heads={room: 1})

    wire(story)
    seen = set()
    for kinds, way, frame in frames:
        name = name_schema(way, frame, kinds)
        make_validator(name).validate(frame)
        seen.add(name)
    everything = set(map(join_words, protocol.ACCOUNT_COMMANDS))
    assert {f"{name}Command" for name in everything} <= seen
    assert {f"{name}Answer" for name in everything} <= seen
    assert {"MessagePostedEvent", "SignalEvent", "TypingEvent", "RoomChangedEvent"} <= seen


def record(socket, frames):
    kinds = {1: "room.sync"}
    socket.on_frame = lambda way, frame: frames.append((kinds, way, frame))


async def play(ann, bob, room):
    """Everything that two people can say to each other and to the server."""
    await bob.ask("inbox.sync")
    me = (await bob.ask("room.watch", room=room))["self"]["participant"]
    await bob.ask("room.sync", room=room, since=0)
    await ann.post("Hi")
    await ann.ask("room.sync", before=1)
    await bob.ask("message.read", room=room, seq=1)
    await ann.ask("typing", on=True)
    await ann.ask("signal", to=me, epoch=1, description={"type": "offer", "sdp": "v=0"})
    await ann.ask("signal", to=me, candidate=None)
    await ann.ask("transport.report", to=me, path="host", rtt_ms=1.5)
    for event in ("typing", "signal", "participant.changed"):
        await bob.wait_for(event)
    await ann.wait_for("message.read")
    with pytest.raises(CommandError):
        await ann.post(" ")
    await ann.ask("room.leave")
    await bob.wait_for("participant.left")
    await bob.ask("room.unwatch", room=room)
    await ann.sync()
