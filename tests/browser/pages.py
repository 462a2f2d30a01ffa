"""How the browser tests open our pages, and what they find on them."""

from __future__ import annotations

from playwright.sync_api import expect

WITHOUT_WEBRTC = "delete window.RTCPeerConnection;"


def part(page, role):
    return page.locator(f"[data-role={role}]")


def ring(visit_as, link, **options):
    """A guest who opens the link and is in the conversation."""
    return wait_until_open(visit_as(f"/c/{link.address}", **options))


def ring_with(visit_as, link, script):
    """A guest whose browser is changed by the script before the page loads."""
    page = visit_as("about:blank")
    page.add_init_script(script)
    page.goto(f"/c/{link.address}")
    return wait_until_open(page)


def wait_until_open(guest):
    expect(part(guest, "page")).to_have_attribute("data-state", "open")
    return guest


def open_inbox(visit_as, user, path="/inbox", **options):
    return wait_until_live(visit_as(path, user, **options))


def wait_until_live(inbox):
    expect(part(inbox, "inbox")).to_have_attribute("data-state", "open")
    return inbox


def row_of(inbox, room):
    return inbox.locator(f'[data-role=room][data-room="{room.uuid}"]')


def write(page, text):
    part(page, "composer").fill(text)
    part(page, "composer").press("Enter")


def bodies(page):
    return page.locator("[data-role=message] .bubble")
