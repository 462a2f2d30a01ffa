"""How a guest comes in and is sent away, in real Chromium."""

from __future__ import annotations

import re

from django.utils import timezone
from playwright.sync_api import expect

from rooms.base import events
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.rooms import close_room
from rooms.guests.models import Guest
from rooms.links.services.links import create_link, revoke_link
from rooms.properties.models import Property
from tests.browser.pages import part, ring, wait_until_open, write


def test_a_required_nickname_is_asked_for_first_and_only_once(visit_as, link):
    Property.objects.update(nickname=Property.Nickname.REQUIRED)
    page = visit_as(f"/c/{link.address}")
    form = part(page, "nickname")

    form.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_have_text("Please say how we may call you.")
    form.get_by_label("What may we call you?").fill("Gwen")
    page.keyboard.press("Enter")
    wait_until_open(page)
    page.reload()

    expect(part(wait_until_open(page), "rename")).to_have_text("Gwen")
    assert Participant.objects.get().name == "Gwen"


def test_a_passcode_opens_the_door(visit_as, property):
    link = create_link(property=property, passcode="swordfish")
    page = visit_as(f"/c/{link.address}")

    page.get_by_label("Passcode").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This passcode is not right.")
    page.get_by_label("Passcode").fill("swordfish")
    page.keyboard.press("Enter")

    wait_until_open(page)


def test_a_closed_room_says_so_and_can_be_opened_again(visit_as, link):
    page = ring(visit_as, link)
    close_room(room=Room.objects.get())
    expect(part(page, "closed")).to_contain_text("This conversation is closed.")
    expect(part(page, "composer")).to_be_hidden()

    page.get_by_role("button", name="Write again").click()

    write(page, "One more thing")
    expect(part(page, "message")).to_have_attribute("data-state", "sent")


def test_a_revoked_link_ends_the_page_with_words(visit_as, link, alice):
    page = ring(visit_as, link)

    revoke_link(link=link, actor=alice)

    expect(page.get_by_role("alert")).to_contain_text("does not lead to a conversation")
    expect(part(page, "page")).to_have_attribute("data-state", "closed")


def test_a_blocked_guest_is_told_in_words(visit_as, link):
    page = ring(visit_as, link)
    Guest.objects.update(blocked_at=timezone.now())

    page.reload()

    expect(page.get_by_role("alert")).to_have_text("You cannot write here.")


def test_the_owner_is_said_to_be_called_until_somebody_comes(visit_as, alice, link):
    Property.objects.update(greeting="Welcome", offline_text="Back at nine")
    page = ring(visit_as, link)
    expect(part(page, "greeting")).to_have_text("Welcome")
    expect(part(page, "offline")).to_have_text("Back at nine")
    room = Room.objects.get()

    called = {"at": events.to_ms(timezone.now()), "kind": "email"}
    events.publish(events.room_topic(room.uuid), "owner.called", room.uuid, called)
    expect(part(page, "called")).to_have_text(re.compile(r"Owner called \d+ seconds? ago"))

    visit_as(f"/inbox/{room.uuid}", alice)
    expect(part(page, "people")).to_have_text("Alice is here")
    expect(part(page, "called")).to_be_hidden()
