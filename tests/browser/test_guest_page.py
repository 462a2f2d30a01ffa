"""A guest's conversation in real Chromium, against a running server."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from accounts.limits.quotas import DAY_S, Quota, spend
from accounts.tenants.models import Account
from rooms.base import events
from rooms.conversations.models import Message, Participant, Room
from rooms.guests.models import Guest
from rooms.links.services.links import create_link
from rooms.properties.models import Property
from tests.browser.pages import (
    WITHOUT_WEBRTC,
    bodies,
    part,
    ring,
    ring_with,
    wait_until_open,
    write,
)

WITHOUT_STORAGE = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
}
"""


def test_a_guest_is_in_the_conversation_at_once_and_writes(visit_as, link):
    page = ring(visit_as, link)

    write(page, "Is anybody there?")

    message = part(page, "message")
    expect(message).to_have_attribute("data-state", "sent")
    expect(message).to_have_attribute("data-seq", "1")
    expect(message).to_contain_text("Sent")
    assert Message.objects.get().body == "Is anybody there?"
    expect(part(page, "composer")).to_have_value("")


def test_answers_come_live_and_after_a_reload_everything_is_there(visit_as, link, say):
    page = ring(visit_as, link)
    write(page, "Hello")
    expect(part(page, "message")).to_have_attribute("data-seq", "1")
    say("Welcome!")
    expect(bodies(page)).to_have_text(["Hello", "Welcome!"])

    page.reload()

    expect(bodies(page)).to_have_text(["Hello", "Welcome!"])
    assert Guest.objects.count() == Room.objects.count() == 1


def test_two_private_guests_never_meet_and_shared_ones_do(visit_as, link, property):
    one, other = ring(visit_as, link), ring(visit_as, link)
    write(one, "Only for you")
    expect(part(one, "message")).to_have_attribute("data-seq", "1")
    expect(part(other, "people")).to_have_text("Nobody is here right now")
    expect(part(other, "message")).to_have_count(0)

    shared = create_link(property=property, mode="shared")
    first, second = ring(visit_as, shared), ring(visit_as, shared)
    write(first, "For everybody")
    expect(bodies(second)).to_have_text(["For everybody"])


def test_text_goes_direct_between_two_guests(visit_as, property):
    link = create_link(property=property, mode="shared")
    one, other = ring(visit_as, link), ring(visit_as, link)

    expect(part(one, "page")).to_have_attribute("data-path", "direct")
    expect(part(other, "transport")).to_have_text("Direct")
    write(one, "Peer to peer")
    expect(bodies(other)).to_have_text(["Peer to peer"])
    expect(part(one, "message")).to_have_attribute("data-state", re.compile("delivered|read"))


def test_without_webrtc_text_goes_through_the_server(visit_as, property):
    link = create_link(property=property, mode="shared")
    one = ring(visit_as, link)
    other = ring_with(visit_as, link, WITHOUT_WEBRTC)

    expect(part(one, "transport")).to_have_text("Through the server")
    write(other, "By the server")
    expect(bodies(one)).to_have_text(["By the server"])


def test_without_storage_the_page_works_as_long_as_it_is_open(visit_as, link):
    page = ring_with(visit_as, link, WITHOUT_STORAGE)

    write(page, "Private browsing")

    expect(part(page, "message")).to_have_attribute("data-state", "sent")


def test_a_guest_sets_a_name_in_the_conversation(visit_as, link):
    page = ring(visit_as, link)

    part(page, "rename").click()
    page.get_by_label("What may we call you?").fill("Gwen")
    page.get_by_role("button", name="Save").click()

    expect(part(page, "rename")).to_have_text("Gwen")
    assert Room.objects.get().name == "Gwen"


def test_enter_that_chooses_a_word_does_not_send(visit_as, link):
    page = ring(visit_as, link)
    part(page, "composer").fill("你好")

    part(page, "composer").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    part(page, "composer").press("Shift+Enter")
    part(page, "composer").press_sequentially("再见")
    part(page, "composer").press("Enter")

    expect(bodies(page)).to_have_text(["你好\n再见"])


def test_a_draft_survives_a_reload_and_goes_with_the_message(visit_as, link):
    page = ring(visit_as, link)
    part(page, "composer").fill("Half a thought")

    page.reload()
    expect(part(page, "composer")).to_have_value("Half a thought")
    part(page, "send").click()
    expect(part(page, "message")).to_have_attribute("data-state", "sent")
    page.reload()

    expect(part(page, "message")).to_have_count(1)
    expect(part(page, "composer")).to_have_value("")


def test_a_guest_who_was_offline_misses_nothing(visit_as, link, say):
    page = ring(visit_as, link)
    write(page, "Before")
    expect(part(page, "message")).to_have_attribute("data-seq", "1")
    page.context.set_offline(True)
    close_sockets(Room.objects.get())
    expect(part(page, "transport")).to_contain_text("Offline")
    write(page, "Written offline")
    say("Meanwhile")
    expect(part(page, "message").last).to_have_attribute("data-state", "sending")

    page.context.set_offline(False)

    expect(bodies(page)).to_have_text(["Before", "Meanwhile", "Written offline"])
    expect(part(page, "message").last).to_have_attribute("data-seq", "3")


def close_sockets(room):
    """Chromium's offline switch does not cut open WebSockets; the server does."""
    events.kick(4000, room=room.uuid)


def test_typing_shows_on_the_other_side(visit_as, property):
    link = create_link(property=property, mode="shared")
    one, other = ring(visit_as, link), ring(visit_as, link)
    expect(part(one, "people")).to_contain_text("is here")

    part(other, "composer").press_sequentially("Hm")

    expect(part(one, "typing")).to_contain_text("is typing…")


def test_a_text_that_is_too_long_cannot_be_sent(visit_as, link):
    page = ring(visit_as, link)

    part(page, "composer").fill("x" * 8001)

    expect(page.get_by_text("1 character too many")).to_be_visible()
    expect(part(page, "send")).to_be_disabled()


def test_a_message_that_was_refused_can_be_sent_again(visit_as, link):
    Account.objects.update(limits={"messages_a_day": 0})
    page = ring(visit_as, link)
    write(page, "Too many today")
    message = part(page, "message")
    expect(message).to_have_attribute("data-state", "failed")
    expect(message).to_contain_text("No more messages can be taken today.")

    Account.objects.update(limits={})
    page.reload()
    part(page, "retry").click()

    expect(message).to_have_attribute("data-state", "sent")
    assert Message.objects.get().body == "Too many today"


def test_a_message_above_a_guests_limit_says_when_it_goes(visit_as, link):
    page = ring(visit_as, link)
    write(page, "First")
    guest = str(Guest.objects.get().pk)
    all_of_it = Quota("guest.messages_a_day", guest, 10**9, DAY_S)
    spend([(all_of_it, 10**9 - 1)])

    write(page, "Second")
    message = part(page, "message").last
    expect(message).to_contain_text("This is sent by itself at")
    expect(message).to_have_attribute("data-state", "sending")


def test_where_nothing_is_stored_the_text_still_arrives(visit_as, property):
    Property.objects.update(storage=Property.Storage.NONE)
    link = create_link(property=property, mode="shared")
    one, other = ring(visit_as, link), ring(visit_as, link)
    expect(part(one, "people")).to_contain_text("is here")

    write(one, "Between us")

    expect(bodies(other)).to_have_text(["Between us"])
    expect(part(one, "message")).to_have_attribute("data-state", "delivered")
    assert not Message.objects.exists()


def test_a_relay_that_is_not_set_up_is_told(visit_as, link):
    Property.objects.update(transport=Property.Transport.RELAY)
    page = ring(visit_as, link)

    expect(part(page, "note")).to_contain_text("text goes through the server")


def test_a_second_tab_of_the_guest_shows_what_the_first_one_wrote(visit_as, link):
    page = ring(visit_as, link)
    tab = page.context.new_page()
    tab.goto(page.url)
    wait_until_open(tab)

    write(page, "From the first tab")

    expect(bodies(tab)).to_have_text(["From the first tab"])
    expect(tab.locator("[data-role=message].own")).to_have_count(1)
    assert Participant.objects.count() == 1
