"""Chromium talks to aiortc through our signalling: the wire is no browser's private matter."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from rooms.conversations.models import Message, Room
from rooms.conversations.tickets import sign_ticket
from rooms.links.services.links import create_link
from tests.browser.pages import bodies, part, ring, write
from tests.signaling.conftest import member_pass


@pytest.fixture
def shared(property):
    return create_link(property=property, mode="shared")


def test_two_guests_chat_over_the_data_channel(visit_as, headless, knock, aside, shared):
    page = ring(visit_as, shared)
    peer = headless(knock(shared, "Robot"))
    expect(part(page, "page")).to_have_attribute("data-path", "direct")

    write(page, "Hello, machine")
    aside(peer.wait_for(lambda: "Hello, machine" in peer.heard))
    expect(part(page, "message").last).to_have_attribute("data-state", re.compile("delivered|read"))

    said = aside(peer.say("Hello, human"))
    expect(bodies(page).last).to_have_text("Hello, human")
    aside(peer.wait_for(lambda: said in peer.acked))
    # The robot never told the server what it said.
    assert list(Message.objects.values_list("body", flat=True)) == ["Hello, machine"]


def test_a_member_without_a_browser_opens_the_channel(
    visit_as, headless, aside, link, alice, client
):
    page = ring(visit_as, link)
    room = str(Room.objects.get().uuid)
    peer = headless(sign_ticket(member_pass(alice, client)), room)
    assert not peer.is_polite
    expect(part(page, "page")).to_have_attribute("data-path", "direct")

    long_text = "It is long. " * 600
    aside(peer.say(long_text))
    expect(bodies(page).last).to_have_text(long_text.strip())
    write(page, "So it was: " + "ä" * 7_000)
    aside(peer.wait_for(lambda: any(text.endswith("äää") for text in peer.heard)))


def test_a_reloaded_page_is_found_again(visit_as, headless, knock, aside, shared):
    page = ring(visit_as, shared)
    peer = headless(knock(shared, "Robot"))
    expect(part(page, "page")).to_have_attribute("data-path", "direct")
    page.reload()
    expect(part(page, "page")).to_have_attribute("data-path", "direct")
    write(page, "Back again")
    aside(peer.wait_for(lambda: "Back again" in peer.heard))
