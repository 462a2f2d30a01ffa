"""The same words in three places: Python, JavaScript and the page for strangers."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings

from signaling.sessions import handlers
from signaling.wire import protocol

SCRIPT = (settings.BASE_DIR / "signaling/static/signaling/wire/protocol.js").read_text()
PAGE = (settings.BASE_DIR / "docs/protocol.md").read_text()


def read_constant(name):
    """The value of an exported JSON-like constant of protocol.js."""
    found = re.search(rf"export const {name} = (?:Object\.freeze\()?(.*?)\)?;\n", SCRIPT, re.S)
    return json.loads(found.group(1))


def test_the_scripts_words_are_the_servers():
    assert read_constant("VERSION") == protocol.VERSION
    assert sorted(read_constant("COMMANDS")) == sorted(protocol.ACCOUNT_COMMANDS)
    assert read_constant("EVENTS") == list(protocol.EVENTS)
    assert read_constant("CLOSE_CODES") == protocol.CLOSE_CODES
    assert read_constant("ERROR_CODES") == list(protocol.ERROR_CODES)


def test_the_scripts_numbers_are_the_servers():
    assert read_constant("MAX_BODY_CHARS") == protocol.MAX_BODY_CHARS == settings.MESSAGE_MAX_CHARS
    assert read_constant("MAX_SDP_CHARS") == protocol.MAX_SDP_CHARS
    assert read_constant("PING_INTERVAL_MS") == settings.PING_INTERVAL_S * 1000
    assert read_constant("REPLY_TIMEOUT_MS") == settings.REPLY_TIMEOUT_S * 1000


WORDS = {
    *protocol.ACCOUNT_COMMANDS,
    *protocol.EVENTS,
    *protocol.CLOSE_CODES,
    *protocol.ERROR_CODES,
}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_the_page_names_every_word(word):
    assert f"`{word}" in PAGE


def test_the_page_names_no_command_of_its_own():
    named = set(re.findall(r"^### (.*)$", PAGE, re.M))
    words = {word for line in named for word in re.findall(r"`([a-z]+\.?[a-z]+) ?[{`]", line)}
    assert words == set(protocol.ACCOUNT_COMMANDS)


def test_every_command_of_the_wire_is_carried_out():
    known = {*handlers.RELAYS, *handlers.WAITS, *handlers.SIDE_JOBS}
    assert known == set(protocol.ACCOUNT_COMMANDS)
