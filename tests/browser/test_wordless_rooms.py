"""Visitors who say nothing are in the inbox while they are there, and no longer."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.base.redis import get_redis
from rooms.conversations.models import Room
from rooms.conversations.services.rooms import close_room
from rooms.guests.models import Guest
from rooms.notifications.models import Delivery
from rooms.tasks import tidy_rooms
from tests.browser.pages import open_inbox, part, ring, row_of, wait_until_live, write
from tests.cast import join
from tests.rooms.inbox.rooms_in_bulk import make_rooms

A_DAY_LATER = """() => {
  const now = Date.now;
  Date.now = () => now() + 24 * 3_600_000;
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def rows_of(inbox):
    return part(inbox, "room-list").locator("[data-role=room]")


def come_again(guest, link):
    page = guest.context.new_page()
    page.goto(f"/c/{link.address}")
    expect(part(page, "page")).to_have_attribute("data-state", "open")
    return page


def test_a_visitor_comes_leaves_returns_and_writes(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    guest = ring(visit_as, link)
    expect(rows_of(inbox)).to_have_count(1)
    expect(inbox).to_have_title("(1) Inbox · Doorbell")
    guest.close()
    expect(rows_of(inbox)).to_have_count(0)
    expect(inbox).to_have_title("Inbox · Doorbell")
    expect(part(inbox, "first-link")).to_be_visible()
    inbox.reload()
    wait_until_live(inbox)
    expect(rows_of(inbox)).to_have_count(0)
    expect(part(inbox, "first-link")).to_be_visible()
    guest = come_again(guest, link)
    expect(rows_of(inbox)).to_have_count(1)
    write(guest, "Now I know what to ask")
    expect(rows_of(inbox)).to_have_attribute("data-unread", "1")
    guest.close()
    expect(rows_of(inbox)).to_have_attribute("data-online", "false")
    inbox.reload()
    wait_until_live(inbox)
    expect(rows_of(inbox)).to_contain_text("Now I know what to ask")


def test_the_row_one_looks_at_stays_and_says_that_the_visitor_left(visit_as, alice, link):
    guest = ring(visit_as, link)
    inbox = open_inbox(visit_as, alice)
    rows_of(inbox).click()
    expect(part(inbox, "people")).to_contain_text("is here")
    expect(part(inbox, "left")).to_be_hidden()
    guest.close()
    expect(part(inbox, "left")).to_contain_text("The visitor left without a message")
    expect(rows_of(inbox)).to_contain_text("Left without a message")
    inbox.reload()
    wait_until_live(inbox)
    expect(part(inbox, "left")).to_contain_text("The visitor left without a message")
    expect(rows_of(inbox)).to_have_attribute("aria-current", "true")
    inbox.keyboard.press("Escape")
    expect(rows_of(inbox)).to_have_count(0)


def test_a_member_who_writes_first_makes_it_a_conversation(visit_as, alice, link):
    guest = ring(visit_as, link)
    inbox = open_inbox(visit_as, alice)
    rows_of(inbox).click()
    guest.close()
    expect(part(inbox, "left")).to_be_visible()
    write(inbox, "Sorry that we missed you")
    expect(part(inbox, "left")).to_be_hidden()
    inbox.keyboard.press("Escape")
    expect(rows_of(inbox)).to_contain_text("Sorry that we missed you")
    guest = come_again(guest, link)
    expect(part(guest, "main")).to_contain_text("Sorry that we missed you")


def test_the_focus_goes_on_from_where_the_row_was(visit_as, alice, link):
    make_rooms(link, 2)
    guest = ring(visit_as, link)
    inbox = open_inbox(visit_as, alice)
    expect(rows_of(inbox)).to_have_count(3)
    inbox.keyboard.press("j")
    expect(rows_of(inbox).nth(0)).to_be_focused()
    guest.close()
    expect(rows_of(inbox)).to_have_count(2)
    expect(rows_of(inbox).nth(0)).to_be_focused()
    inbox.keyboard.press("j")
    expect(rows_of(inbox).nth(1)).to_be_focused()


def test_escape_from_a_room_that_was_left_leads_to_the_row_beside_it(visit_as, alice, link):
    make_rooms(link, 2)
    guest = ring(visit_as, link)
    inbox = open_inbox(visit_as, alice)
    rows_of(inbox).nth(0).click()
    guest.close()
    expect(part(inbox, "left")).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(rows_of(inbox)).to_have_count(2)
    expect(rows_of(inbox).nth(0)).to_be_focused()


def test_a_lost_socket_does_not_make_the_row_flicker(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    guest = ring(visit_as, link)
    expect(rows_of(inbox)).to_have_count(1)
    inbox.evaluate(
        """() => {
          window.removed = 0;
          const list = document.querySelector("[data-role=room-list]");
          const note = (changes) => changes.forEach((one) => {
            window.removed += one.removedNodes.length;
          });
          new MutationObserver(note).observe(list, { childList: true });
        }"""
    )
    guest.reload()
    expect(part(guest, "page")).to_have_attribute("data-state", "open")
    write(guest, "Back again")
    expect(rows_of(inbox)).to_have_attribute("data-unread", "1")
    assert inbox.evaluate("window.removed") == 0


def test_a_page_that_slept_until_its_room_was_removed_works_in_a_new_one(visit_as, alice, link):
    guest = ring(visit_as, link)
    first = Room.objects.get()
    guest.evaluate("document.querySelector('[data-role=page]').dataset.old = true")
    guest.context.set_offline(True)
    guest.evaluate("window.dispatchEvent(new Event('offline'))")
    let_a_day_pass()
    assert tidy_rooms() == 1
    guest.context.set_offline(False)
    guest.evaluate(A_DAY_LATER)
    expect(part(guest, "page")).not_to_have_attribute("data-old", "true")
    expect(part(guest, "page")).to_have_attribute("data-state", "open")
    write(guest, "Good morning")
    inbox = open_inbox(visit_as, alice)
    expect(rows_of(inbox)).to_contain_text("Good morning")
    expect(rows_of(inbox)).not_to_have_attribute("data-room", re.compile(str(first.uuid)))


def let_a_day_pass():
    long_ago = timezone.now() - timedelta(days=2)
    Room.objects.update(activity_at=long_ago)
    Guest.objects.update(last_seen_at=long_ago)
    Delivery.objects.update(state="sent")
    get_redis().flushdb()


def test_closing_what_was_left_takes_it_from_both_lists(visit_as, alice, link):
    room = join(link, "Ann").room
    inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    get_redis().flushdb()
    close_room(room=room)
    expect(row_of(inbox, room)).to_have_count(0)
    inbox.goto("/inbox?status=closed")
    wait_until_live(inbox)
    expect(row_of(inbox, room)).to_have_count(0)
