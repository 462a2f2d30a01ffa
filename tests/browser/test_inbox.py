from __future__ import annotations

import re
import uuid

from playwright.sync_api import expect

from accounts.team.services.members import remove_member
from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.links.services.links import create_link
from tests.browser.pages import open_inbox, part, ring, row_of, wait_until_live, write
from tests.cast import join
from tests.rooms.inbox.rooms_in_bulk import make_rooms
from tests.server import wait_for

HELD_BACK = """
const gate = new Promise((resolve) => { window.openGate = resolve; });
window.WebSocket = class extends WebSocket {
  send(data) { gate.then(() => super.send(data)); }
};
"""
PHONE = {"viewport": {"width": 360, "height": 720}, "has_touch": True}


def say(participant, body):
    post_message(sender=sender_of(participant), client_id=uuid.uuid4(), body=body)


def test_a_guest_who_rings_appears_with_sound_and_in_the_title(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    inbox.get_by_role("heading", name="Inbox").click()
    ring(visit_as, link)
    row = part(inbox, "room-list").locator("[data-role=room]")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-online", "true")
    expect(inbox).to_have_title("(1) Inbox · Doorbell")
    expect(part(inbox, "inbox")).to_have_attribute("data-played", "arrival")
    expect(part(inbox, "announcer")).to_contain_text("has arrived at")


def test_owner_and_guest_write_to_each_other(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    guest = ring(visit_as, link)
    write(guest, "Is anybody there?")
    row = part(inbox, "room-list").locator("[data-role=room]")
    expect(row).to_have_attribute("data-unread", "1")
    row.click()
    expect(inbox).to_have_url(re.compile(r"/inbox/[0-9a-f-]{36}$"))
    expect(part(inbox, "conversation")).to_contain_text("Is anybody there?")
    expect(row).to_have_attribute("data-unread", "0")
    expect(inbox).to_have_title("Inbox · Doorbell")
    write(inbox, "Yes, I am")
    expect(part(guest, "main")).to_contain_text("Yes, I am")


def test_muted_the_inbox_stays_silent_and_remembers_it(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    inbox.get_by_role("button", name="Sound").click()
    inbox.reload()
    wait_until_live(inbox)
    expect(part(inbox, "inbox")).to_have_attribute("data-sound", "off")
    inbox.get_by_role("heading", name="Inbox").click()
    ring(visit_as, link)
    expect(inbox).to_have_title("(1) Inbox · Doorbell")
    expect(part(inbox, "inbox")).not_to_have_attribute("data-played", re.compile(".*"))


def test_the_guest_who_leaves_is_shown_as_away(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    guest = ring(visit_as, link)
    write(guest, "Hello")
    row = part(inbox, "room-list").locator("[data-role=room]")
    expect(row).to_have_attribute("data-unread", "1")
    expect(row).to_have_attribute("data-online", "true")
    guest.close()
    expect(row).to_have_attribute("data-online", "false")


def test_two_agents_see_each_other_and_count_for_themselves(visit_as, alice, bob, room, guest):
    say(guest, "Hello")
    hers = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    his = open_inbox(visit_as, bob)
    expect(row_of(hers, room)).to_have_attribute("data-unread", "0")
    expect(row_of(his, room)).to_have_attribute("data-unread", "1")
    row_of(his, room).click()
    expect(part(hers, "people")).to_have_text("Bob is here")
    expect(part(his, "people")).to_have_text("Alice is here")
    row_of(his, room).press("Escape")
    expect(part(hers, "people")).to_have_text("Nobody is here right now")


def test_what_one_tab_reads_is_read_in_the_other(visit_as, alice, room, guest):
    first = open_inbox(visit_as, alice)
    second = first.context.new_page()
    second.goto("/inbox")
    wait_until_live(second)
    say(guest, "Hello")
    expect(row_of(second, room)).to_have_attribute("data-unread", "1")
    row_of(first, room).click()
    expect(row_of(second, room)).to_have_attribute("data-unread", "0")
    expect(second).to_have_title("Inbox · Doorbell")


def test_enter_before_the_conversation_is_known_sends_as_soon_as_it_is(visit_as, alice, room):
    inbox = visit_as("about:blank", alice)
    inbox.add_init_script(HELD_BACK)
    inbox.goto(f"/inbox/{room.uuid}")
    write(inbox, "Coming!")
    expect(inbox.get_by_role("textbox", name="Message")).to_have_value("Coming!")
    inbox.evaluate("openGate()")
    expect(part(inbox, "message")).to_contain_text("Coming!")
    expect(inbox.get_by_role("textbox", name="Message")).to_have_value("")


def test_a_guest_who_was_met_in_one_tab_does_not_wait_in_the_other(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    other = inbox.context.new_page()
    other.goto("/inbox")
    wait_until_live(other)
    ring(visit_as, link)
    for tab in (inbox, other):
        expect(tab).to_have_title("(1) Inbox · Doorbell")
    part(inbox, "room").first.click()
    write(inbox, "How can I help?")
    expect(other).to_have_title("Inbox · Doorbell")
    expect(part(other, "room").first).to_have_attribute("data-arrived", "false")


def test_a_conversation_is_closed_and_opened_again_live(visit_as, alice, bob, room):
    hers = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    his = open_inbox(visit_as, bob)
    hers.get_by_role("button", name="Close").click()
    expect(row_of(his, room)).to_have_count(0)
    his.get_by_role("link", name="Closed").click()
    expect(row_of(his, room)).to_have_count(1)
    hers.get_by_role("button", name="Reopen").click()
    expect(row_of(his, room)).to_have_count(0)
    expect(row_of(hers, room)).to_have_count(1)


def test_a_room_that_a_colleague_closed_waits_for_nobody(visit_as, alice, room, guest):
    inbox = open_inbox(visit_as, alice)
    say(guest, "Hello")
    expect(inbox).to_have_title("(1) Inbox · Doorbell")
    close_room(room=room)
    expect(inbox).to_have_title("Inbox · Doorbell")


def test_back_and_forward_walk_through_the_rooms(visit_as, alice, link):
    first, second = join(link, "Ann").room, join(link, "Ben").room
    inbox = open_inbox(visit_as, alice)
    row_of(inbox, first).click()
    row_of(inbox, second).click()
    expect(part(inbox, "room-name")).to_have_text("Ben")
    inbox.go_back()
    expect(part(inbox, "room-name")).to_have_text("Ann")
    inbox.go_back()
    expect(part(inbox, "room-view")).to_be_hidden()
    inbox.go_forward()
    expect(part(inbox, "room-name")).to_have_text("Ann")
    expect(row_of(inbox, first)).to_have_attribute("aria-current", "true")


def test_reload_keeps_the_room_and_the_draft(visit_as, alice, room):
    inbox = open_inbox(visit_as, alice)
    row_of(inbox, room).click()
    inbox.get_by_role("textbox", name="Message").fill("Half a sen")
    inbox.reload()
    wait_until_live(inbox)
    expect(part(inbox, "room-name")).to_have_text("Gwen")
    expect(inbox.get_by_role("textbox", name="Message")).to_have_value("Half a sen")


def test_the_keyboard_alone_is_enough(visit_as, alice, link):
    older, newer = join(link, "Ann").room, join(link, "Ben").room
    inbox = open_inbox(visit_as, alice)
    inbox.keyboard.press("j")
    expect(row_of(inbox, newer)).to_be_focused()
    inbox.keyboard.press("ArrowDown")
    expect(row_of(inbox, older)).to_be_focused()
    inbox.keyboard.press("k")
    inbox.keyboard.press("Enter")
    expect(part(inbox, "room-name")).to_have_text("Ben")
    expect(inbox.get_by_role("textbox", name="Message")).to_be_focused()
    inbox.keyboard.type("jk")
    expect(inbox.get_by_role("textbox", name="Message")).to_have_value("jk")
    inbox.keyboard.press("Escape")
    expect(row_of(inbox, newer)).to_be_focused()
    expect(part(inbox, "room-view")).to_be_hidden()


def test_on_a_phone_there_is_one_column_with_a_way_back(visit_as, alice, room):
    inbox = open_inbox(visit_as, alice, **PHONE)
    expect(part(inbox, "room-pane")).to_be_hidden()
    row_of(inbox, room).click()
    expect(part(inbox, "list-pane")).to_be_hidden()
    expect(part(inbox, "room-name")).to_be_visible()
    inbox.get_by_role("link", name="Back to the list").click()
    expect(part(inbox, "list-pane")).to_be_visible()
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_details_fold_away_and_stay_so(visit_as, alice, room):
    inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    details = part(inbox, "details")
    expect(details).to_contain_text("Gwen")
    inbox.get_by_role("button", name="Hide details").click()
    expect(details).to_be_hidden()
    inbox.reload()
    wait_until_live(inbox)
    expect(details).to_be_hidden()
    inbox.get_by_role("button", name="Details", exact=True).click()
    expect(details).to_be_visible()


def test_the_details_say_how_text_travels(visit_as, alice, link):
    ring(visit_as, link)
    room = Room.objects.get()
    inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    fact = part(inbox, "details").locator("[data-fact=transport]")
    expect(fact).to_contain_text(re.compile("Direct|Relayed|Through the server"))
    expect(part(inbox, "details").locator("[data-fact=team]")).to_have_text("Only you")


def test_the_page_holds_one_socket(visit_as, alice, link):
    first, second = join(link, "Ann").room, join(link, "Ben").room
    inbox = open_inbox(visit_as, alice)
    opened = []
    inbox.on("websocket", lambda socket: opened.append(socket))
    inbox.reload()
    wait_until_live(inbox)
    for room in (first, second, first):
        row_of(inbox, room).click()
        expect(part(inbox, "people")).to_be_visible()
        write(inbox, f"To {room.name}")
        expect(part(inbox, "conversation")).to_contain_text(f"To {room.name}")
    wait_for(lambda: Message.objects.filter(room=first).count() == 2, "both messages")
    assert len(opened) == 1


def test_an_empty_inbox_shows_the_link_to_hand_out(visit_as, alice, link, live):
    inbox = open_inbox(visit_as, alice)
    expect(inbox.get_by_role("textbox", name="Your link")).to_have_value(
        f"{live.url}/c/{link.token}"
    )
    qr = inbox.get_by_role("img", name="QR code of your link")
    assert qr.evaluate("image => image.complete && image.naturalWidth > 0")


def test_the_first_guest_takes_the_place_of_the_link(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    expect(part(inbox, "first-link")).to_be_visible()
    room = join(link, "Ann").room
    expect(row_of(inbox, room)).to_be_visible()
    expect(part(inbox, "first-link")).to_be_hidden()
    close_room(room=room)
    expect(part(inbox, "first-link")).to_be_visible()


def test_the_details_name_a_guest_who_joins_later(visit_as, alice, property):
    link = create_link(property=property, label="Round table", mode="shared")
    room = join(link, "Ann").room
    inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    expect(part(inbox, "details")).to_contain_text("Ann")
    join(link, "Ben")
    expect(part(inbox, "details")).to_contain_text("Ben")


def test_older_rooms_come_page_by_page(visit_as, alice, link):
    make_rooms(link, 53)
    inbox = open_inbox(visit_as, alice)
    rows = part(inbox, "room-list").locator("[data-role=room]")
    expect(rows).to_have_count(50)
    inbox.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(53)
    expect(inbox.get_by_role("button", name="Show more")).to_be_hidden()


def test_it_comes_back_by_itself_after_the_connection_was_lost(visit_as, alice, room, guest):
    inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    inbox.context.set_offline(True)
    inbox.evaluate("window.dispatchEvent(new Event('offline'))")
    say(guest, "Said while you were away")
    inbox.context.set_offline(False)
    expect(part(inbox, "conversation")).to_contain_text("Said while you were away")
    wait_until_live(inbox)


def test_a_removed_member_is_shown_out(visit_as, bob):
    inbox = open_inbox(visit_as, bob)
    remove_member(membership=bob.memberships.get())
    expect(part(inbox, "state")).to_have_text("Disconnected. Reload the page.")
