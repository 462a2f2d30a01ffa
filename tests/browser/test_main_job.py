"""The whole of it, as people do it: sign up, hand out the link, talk, go away, come back."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from playwright.sync_api import expect

from accounts.base.redis import get_redis
from accounts.tenants.models import Account
from rooms.conversations.models import Message, Room
from rooms.links.models import DirectLink
from rooms.links.services.links import create_link
from rooms.properties.models import Property
from tests.browser.pages import (
    WITHOUT_WEBRTC,
    bodies,
    open_inbox,
    part,
    ring,
    ring_with,
    row_of,
    write,
)
from tests.server import wait_for

SECRET = "a word nobody else says: xylograph"


def read_counter(live, name):
    text = httpx.get(f"{live.url}/metrics", trust_env=False, timeout=30).text
    return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))


def read_code(page):
    """The code that was mailed to the person at this page: their session has it, too."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    session = SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    return session["account_email_verification_code"]["code"]


def sign_up(visit_as, email):
    """A new owner's page after signing up by hand."""
    page = visit_as("/accounts/signup/")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password1]").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign up").click()
    page.get_by_label("Code").fill(read_code(page))
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(re.compile("/welcome$"))
    return page


def pick_up(inbox, room=None):
    """Open the conversation in the inbox."""
    (row_of(inbox, room) if room else inbox.locator("[data-role=room]").first).click()
    expect(inbox.get_by_role("textbox", name="Message")).to_be_visible()


def wait_for_stored(count):
    """Text may arrive by the data channel before the server has stored it, once each."""
    wait_for(lambda: Message.objects.count() >= count, "the messages to be stored")
    assert Message.objects.count() == count


@pytest.fixture
def snapshots():
    folder = Path(settings.BASE_DIR) / ".local" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_from_sign_up_to_a_direct_conversation(visit_as, live, snapshots):
    owner = sign_up(visit_as, "nora@example.com")
    address = DirectLink.objects.get().address
    expect(owner.get_by_role("textbox", name="Link")).to_have_value(f"{live.url}/c/{address}")
    owner.set_viewport_size({"width": 1040, "height": 720})
    owner.goto("/inbox")
    guest = visit_as(f"/c/{address}", viewport={"width": 380, "height": 720})
    expect(part(guest, "page")).to_have_attribute("data-state", "open")
    pick_up(owner)

    expect(part(guest, "page")).to_have_attribute("data-path", "direct")
    write(guest, "Do you still have the blue one?")
    expect(bodies(owner)).to_have_text(["Do you still have the blue one?"])
    write(owner, "Yes, the last one. Shall I keep it for you?")
    expect(bodies(guest)).to_have_count(2)
    expect(part(owner, "message").last).to_have_attribute("data-state", "read")

    stored = Message.objects.order_by("seq").values_list("seq", "sender__kind")
    assert list(stored) == [(1, "guest"), (2, "member")]
    assert Room.objects.get().participants.get(kind="guest").transport == "host"
    assert read_counter(live, "doorbell_frames_in_total") > 0
    owner.screenshot(path=snapshots / "inbox.png")
    guest.screenshot(path=snapshots / "guest.png")


def test_without_webrtc_everything_goes_by_the_server(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    guest = ring_with(visit_as, link, WITHOUT_WEBRTC)
    pick_up(inbox)

    write(guest, "One")
    expect(bodies(inbox)).to_have_text(["One"])
    write(inbox, "Two")
    expect(bodies(guest)).to_have_text(["One", "Two"])
    expect(part(guest, "page")).to_have_attribute("data-path", "server")
    wait_for_stored(2)


@pytest.mark.parametrize("script", ["", WITHOUT_WEBRTC], ids=["direct", "by the server"])
def test_without_storage_nothing_is_left_on_the_server(visit_as, alice, link, script):
    Property.objects.update(storage="none")
    inbox = open_inbox(visit_as, alice)
    guest = ring_with(visit_as, link, script)
    pick_up(inbox)

    write(guest, SECRET)
    expect(bodies(inbox)).to_have_text([SECRET])
    write(inbox, f"Yes, {SECRET}")
    expect(bodies(guest)).to_have_text([SECRET, f"Yes, {SECRET}"])
    expect(part(guest, "message").first).to_have_attribute("data-state", re.compile("deliv|read"))
    assert find_everywhere("xylograph") == []


def find_everywhere(word):
    """Every table row and Redis value in which the word occurs."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{word}%"]
            )
            found += [table] if cursor.fetchone()[0] else []
    for key in get_redis().scan_iter():
        if word.encode() in (get_redis().dump(key) or b""):
            found.append(key)
    return found


def test_three_guests_of_a_shared_link_talk_directly(visit_as, property):
    link = create_link(property=property, mode="shared")
    guests = [ring(visit_as, link) for _ in range(3)]
    for guest in guests:
        expect(part(guest, "page")).to_have_attribute("data-path", "direct")

    for number, guest in enumerate(guests):
        write(guest, f"line {number}")
        for reader in guests:
            expect(bodies(reader)).to_have_count(number + 1)
        # Seen peer to peer is not yet numbered: the next line must not overtake this one.
        wait_for_stored(number + 1)
    for guest in guests:
        expect(bodies(guest)).to_have_text(["line 0", "line 1", "line 2"])


def test_a_guest_away_for_ten_seconds_loses_and_doubles_nothing(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    guest = ring(visit_as, link)
    pick_up(inbox)
    write(guest, "before")
    expect(bodies(inbox)).to_have_text(["before"])
    guest.reload()
    expect(part(guest, "page")).to_have_attribute("data-state", "open")

    guest.context.set_offline(True)
    lines = [f"while away {number}" for number in range(5)]
    for line in lines:
        write(inbox, line)
    expect(part(inbox, "message").last).to_have_attribute("data-seq", "6")
    write(guest, "from the tunnel")
    guest.wait_for_timeout(10_000)
    guest.context.set_offline(False)

    expect(bodies(guest)).to_have_text(["before", *lines, "from the tunnel"])
    expect(bodies(inbox)).to_have_text(["before", *lines, "from the tunnel"])
    wait_for_stored(7)


def test_another_tenant_sees_nothing(visit_as, alice, charlie, link):
    guest = ring(visit_as, link)
    write(guest, "For Alice only")
    expect(part(guest, "message")).to_have_attribute("data-seq", "1")

    inbox = open_inbox(visit_as, charlie)
    expect(inbox.locator("[data-role=room]")).to_have_count(0)
    room = Room.objects.get()
    assert inbox.goto(f"/inbox/{room.uuid}").status == 404
    assert inbox.goto(f"/properties/{link.property.uuid}").status == 404
    answer = inbox.request.get(f"/api/v1/rooms/{room.uuid}/messages")
    assert answer.status == 404 and "For Alice" not in answer.text()
    assert Account.objects.count() == 2
