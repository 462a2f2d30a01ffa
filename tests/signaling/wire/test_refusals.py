"""Bad input: a clear error with a stable code, and the socket lives."""

from __future__ import annotations

import json
import uuid

import pytest
import time_machine
from django.core import signing

from rooms.conversations.tickets import sign_ticket
from tests.cast import join
from tests.client import CommandError, WireClient
from tests.rooms.visits.test_crowded_joins import held
from tests.signaling.conftest import guest_pass, member_pass

BAD_FRAMES = [
    ("not json", "bad_frame"),
    ("[1]", "bad_frame"),
    ("[" * 5000, "bad_frame"),
    ('{"ref": 1}', "bad_frame"),
    ('{"ref": "x", "kind": "ping", "data": {}}', "bad_frame"),
    ('{"ref": -1, "kind": "ping", "data": {}}', "bad_frame"),
    ('{"ref": 1, "kind": "__init__", "data": {}}', "unknown_command"),
    ('{"ref": 1, "kind": "inbox.sync", "data": {}}', "unknown_command"),
    ('{"ref": 1, "kind": "ping", "data": []}', "bad_command"),
    ('{"ref": 1, "kind": "ping", "data": {"surprise": 1}}', "bad_command"),
    ('{"ref": 1, "kind": "message.read", "data": {"seq": "1"}}', "bad_command"),
    ('{"ref": 1, "kind": "message.read", "data": {"seq": -1}}', "bad_command"),
    ('{"ref": 1, "kind": "message.post", "data": {"client_id": "x", "body": "y"}}', "bad_command"),
    ('{"ref": 1, "kind": "signal", "data": {"to": "aaaaaaaa"}}', "bad_command"),
    ('{"ref": 1, "kind": "ping", "data": {"received": ' + "9" * 20_000 + "}}", "frame_too_large"),
    ('{"ref": 1, "kind": "signal", "data": {"to": "' + "x" * 70_000 + '"}}', "frame_too_large"),
]


@pytest.mark.parametrize(("text", "code"), BAD_FRAMES, ids=range(len(BAD_FRAMES)))
def test_a_bad_frame_gets_an_error_and_the_socket_lives(wire, guest, text, code):
    async def story(stage):
        ann = await stage.sit(guest)
        await ann.send(text)
        while not (errors := [f for f in ann.events if "error" in f]):
            await ann.ping()
        assert errors[0]["error"]["code"] == code
        assert (await ann.post("Hi"))["seq"] == 1

    wire(story)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "bad_command"),
        (" \n ", "bad_command"),
        ("x" * 8001, "message_too_long"),
        ("a\x00b", "bad_command"),
        ("\x1b[31m", "bad_command"),
    ],
    ids=["empty", "blank", "too long", "nul", "escape"],
)
def test_a_body_out_of_bounds_is_refused(wire, guest, body, code):
    async def story(stage):
        ann = await stage.sit(guest)
        with pytest.raises(CommandError) as refusal:
            await ann.post(body)
        assert refusal.value.code == code
        assert (await ann.post("x" * 8000))["seq"] == 1

    wire(story)


@pytest.mark.parametrize("letter", ["好", "\U0001f600"])
def test_every_letter_counts_as_one_however_many_bytes_it_has(wire, guest, letter):
    async def story(stage):
        ann = await stage.sit(guest)
        for ascii_only in (True, False):
            data = {"client_id": str(uuid.uuid4()), "body": letter * 8000}
            frame = {"ref": 900, "kind": "message.post", "data": data}
            text = json.dumps(frame, ensure_ascii=ascii_only)
            if len(text.encode()) <= 64 * 1024:
                await ann.send(text)
                await ann.wait_for("message.posted", lambda sent, data=data: sent == sent | data)
        with pytest.raises(CommandError, match="message_too_long"):
            await ann.post(letter * 5001 + "x" * 3000)

    wire(story)


async def close_code_of(stage, ticket, **options):
    socket = await WireClient.open(stage.site.ws_url, ticket, **options)
    return await socket.wait_closed()


def test_forged_and_foreign_tickets_are_told_so(wire, guest):
    good = sign_ticket(guest_pass(guest))
    other = signing.TimestampSigner(salt="something.else", sep=".").sign_object({"account": "x"})

    async def story(stage):
        for ticket in (good[:-3] + "abc", "nonsense", other, "." * 50):
            assert await close_code_of(stage, ticket) == 4500
        assert await close_code_of(stage, good, protocols=["other.v9"]) == 4501
        assert await close_code_of(stage, good, origin="https://evil.example") == 4501

    wire(story)


def test_an_old_ticket_is_too_old(wire, guest):
    with time_machine.travel("2020-01-01"):
        ticket = sign_ticket(guest_pass(guest))

    async def story(stage):
        assert await close_code_of(stage, ticket) == 4500

    wire(story)


def test_our_own_origin_is_let_in(wire, guest):
    async def story(stage):
        socket = await stage.enter(guest_pass(guest), origin=stage.site.url)
        assert (await socket.sync())["self"]["participant"] == str(guest.uuid)

    wire(story)


def test_no_command_reaches_another_tenants_room(wire, guest, charlie, client):
    claims = member_pass(charlie, client)
    room = str(guest.room.uuid)
    commands = {
        "room.sync": {},
        "room.watch": {},
        "room.unwatch": {},
        "room.leave": {},
        "message.post": {"client_id": room, "body": "Hi"},
        "message.read": {"seq": 1},
        "typing": {},
        "signal": {"to": str(guest.uuid), "candidate": None},
        "transport.report": {"to": str(guest.uuid), "path": "host"},
    }

    async def story(stage):
        ann, eve = await stage.sit(guest), await stage.desk(claims)
        for kind, data in commands.items():
            with pytest.raises(CommandError, match="not_in_room"):
                await eve.ask(kind, room=room, **data)
        assert (await eve.ask("inbox.sync"))["rooms"] == []
        await ann.ping()
        assert ann.events == []

    wire(story)


def test_a_room_ticket_names_no_other_room(wire, guest, link):
    other = join(link, "Olga").participant

    async def story(stage):
        ann, olga = await stage.sit(guest), await stage.sit(other)
        with pytest.raises(CommandError, match="not_in_room"):
            await ann.sync(room=str(other.room.uuid))
        with pytest.raises(CommandError, match="not_in_room"):
            await ann.post("Hi", room=str(other.room.uuid))
        await ann.post("Only here")
        await olga.ping()
        assert olga.events == []

    wire(story)


def test_webrtc_is_refused_where_the_policy_is_server(wire, guest):
    guest.room.property.transport = "server"
    guest.room.property.save(update_fields=["transport"])

    async def story(stage):
        ann = await stage.sit(guest)
        assert ann.snapshot["ice_servers"] == []
        with pytest.raises(CommandError, match="webrtc_disabled"):
            await ann.ask("signal", to=str(guest.uuid), candidate=None)

    wire(story)


def test_nonsense_beyond_measure_ends_the_socket(wire, guest):
    async def story(stage):
        ann = await stage.sit(guest)
        for _ in range(250):
            await ann.send(json.dumps({"ref": 1, "kind": "nonsense"}))
        assert await ann.wait_closed() == 4501

    wire(story)


def test_a_busy_database_is_an_error_that_passes(wire, guest):
    async def story(stage):
        ann = await stage.sit(guest)
        row = f"SELECT 1 FROM rooms_room WHERE id = {guest.room_id} FOR UPDATE"
        with held(row), pytest.raises(CommandError) as refusal:
            await ann.post("Hi")
        assert (refusal.value.code, refusal.value.temporary) == ("unavailable", True)
        assert (await ann.post("Hi"))["seq"] == 1

    wire(story)
