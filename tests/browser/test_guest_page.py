"""The guest's page in real Chromium, against a running server."""

from __future__ import annotations

import re
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Account
from rooms import events
from rooms.access import get_member_participant
from rooms.models import Guest, Message, Participant, Property, Room
from rooms.services.links import create_link, revoke_link
from rooms.services.messages import post_message, sender_of
from rooms.services.rooms import close_room
from tests.browser.pages import (
    WITHOUT_WEBRTC,
    bodies,
    part,
    ring,
    ring_with,
    wait_until_open,
    write,
)
from tests.server import wait_for

PHONE = {"viewport": {"width": 320, "height": 568}, "has_touch": True}
WITHOUT_STORAGE = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
}
"""


@pytest.fixture
def say(alice):
    """say("Hi"): Alice writes in the newest room, by way of the server."""

    def post(body, room=None):
        room = room or Room.objects.latest("id")
        sender = sender_of(get_member_participant(alice.memberships.get(), room))
        return post_message(sender=sender, client_id=uuid.uuid4(), body=body)

    return post


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


def test_markup_is_text_and_only_web_addresses_are_links(visit_as, link, say):
    page = ring(visit_as, link)

    say("<b>x</b> javascript:alert(1) see https://example.com/a_(b).")

    expect(bodies(page)).to_have_text(
        ["<b>x</b> javascript:alert(1) see https://example.com/a_(b)."]
    )
    links = bodies(page).locator("a")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://example.com/a_(b)")
    expect(links).to_have_attribute("rel", "noopener nofollow ugc")


def test_new_messages_do_not_move_a_reader_who_scrolled_up(visit_as, link, say):
    page = ring(visit_as, link, **PHONE)
    for number in range(30):
        say(f"Line {number}")
    expect(part(page, "message")).to_have_count(30)
    expect(bodies(page).last).to_be_in_viewport()
    page.locator(".scroll").evaluate("box => box.scrollTo(0, 0)")
    expect(bodies(page).first).to_be_in_viewport()

    say("Newest")

    expect(part(page, "newer")).to_have_text("1 new")
    expect(bodies(page).first).to_be_in_viewport()
    part(page, "newer").click()
    expect(bodies(page).last).to_be_in_viewport()
    expect(part(page, "newer")).to_be_hidden()


def test_older_messages_load_when_the_reader_scrolls_up(visit_as, link, say):
    page = ring(visit_as, link, **PHONE)
    for number in range(1, 231):
        say(f"Line {number}.")
    page.reload()
    expect(part(page, "message")).to_have_count(200)
    expect(bodies(page).last).to_be_in_viewport()

    page.locator(".scroll").evaluate("box => box.scrollTo(0, 0)")

    expect(part(page, "message")).to_have_count(230)
    expect(bodies(page).filter(has_text="Line 31.")).to_be_in_viewport()
    expect(bodies(page).first).not_to_be_in_viewport()


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


def test_typing_shows_on_the_other_side(visit_as, property):
    link = create_link(property=property, mode="shared")
    one, other = ring(visit_as, link), ring(visit_as, link)
    expect(part(one, "people")).to_contain_text("is here")

    part(other, "composer").press_sequentially("Hm")

    expect(part(one, "typing")).to_contain_text("is typing…")


def test_a_text_that_is_too_long_cannot_be_sent(visit_as, link):
    page = ring(visit_as, link)

    part(page, "composer").fill("x" * 8001)

    expect(page.get_by_text("1 characters too many")).to_be_visible()
    expect(part(page, "send")).to_be_disabled()


def test_the_page_speaks_chinese(visit_as, link):
    page = ring(visit_as, link, locale="zh-CN")

    expect(part(page, "people")).to_have_text("现在没有人在线")
    expect(part(page, "composer")).to_have_attribute("placeholder", "输入消息…")


def test_nothing_is_wider_than_a_320_px_phone(visit_as, link, say):
    page = ring(visit_as, link, **PHONE)
    say("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3)
    expect(part(page, "message")).to_have_count(1)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    box = part(page, "send").bounding_box()
    assert min(box["width"], box["height"]) >= 44


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


def test_a_blocked_guest_is_told_in_words(visit_as, link):
    page = ring(visit_as, link)
    Guest.objects.update(blocked_at=timezone.now())

    page.reload()

    expect(page.get_by_role("alert")).to_have_text("You cannot write here.")


def test_a_screen_reader_hears_new_messages_and_finds_everything_named(visit_as, link, say):
    page = ring(visit_as, link)
    say("Hello!")
    expect(page.locator(".message-name")).to_have_text("Alice")

    say("Welcome!")

    expect(page.locator("[aria-live=polite]")).to_have_text("Alice wrote: Welcome!")
    for role, name in [("region", "Messages"), ("textbox", "Message"), ("button", "Send")]:
        expect(page.get_by_role(role, name=name, exact=True)).to_be_visible()


def test_the_page_is_used_by_keyboard_alone(visit_as, link):
    page = ring(visit_as, link)
    expect(part(page, "composer")).to_be_focused()

    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")

    expect(bodies(page)).to_have_text(["By keyboard"])
    expect(part(page, "composer")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Send a file")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("region", name="Messages")).to_be_focused()


def test_a_message_that_comes_while_nobody_looks_shows_in_the_title(visit_as, link, say):
    page = ring(visit_as, link)
    look(page, "hidden")

    say("Are you still there?")
    expect(page).to_have_title("(1) Alice's shop")
    expect(part(page, "message")).to_have_count(1)
    mine = Participant.objects.get(kind=Participant.Kind.GUEST)
    assert mine.read_seq == 0

    look(page, "visible")
    expect(page).to_have_title("Alice's shop")
    wait_for(lambda: Participant.objects.get(pk=mine.pk).read_seq == 1, "the read mark")


def look(page, state):
    """Headless Chromium never hides a page: say it to the page instead."""
    page.evaluate(
        "state => { Object.defineProperty(document, 'visibilityState', "
        "{ value: state, configurable: true }); "
        "document.dispatchEvent(new Event('visibilitychange')); }",
        state,
    )
