"""Who is shown out is off every channel, whatever their browser keeps open on purpose."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.team.services.members import remove_member
from rooms.base import events
from rooms.conversations.models import Room
from rooms.conversations.services.guests import block_guest
from rooms.conversations.services.rooms import close_room
from rooms.links.services.links import create_link, revoke_link, rotate_link
from tests.browser.pages import bodies, open_inbox, part, ring, ring_with, wait_until_live, write
from tests.server import wait_for

# A client that was changed to ignore every close, and to listen past its own page.
STUBBORN = """(() => {
  window.kept = [];
  window.heard = [];
  WebSocket.prototype.close = () => {};
  RTCPeerConnection.prototype.close = () => {};
  RTCDataChannel.prototype.close = () => {};
  const make = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (...given) {
    const channel = make.apply(this, given);
    channel.addEventListener("message", ({ data }) => heard.push(data));
    kept.push(channel);
    return channel;
  };
})();"""
OPEN = "kept.filter((channel) => channel.readyState === 'open')"
SHOUT = f"""(body) => {OPEN}.forEach((channel) =>
  channel.send(JSON.stringify({{ k: "msg", client_id: crypto.randomUUID(), body }})))"""


def meet(visit_as, stubborn_guest, link, user):
    """A guest and a member who talk directly; one of them has the changed client."""
    guest = ring_with(visit_as, link, STUBBORN) if stubborn_guest else ring(visit_as, link)
    path = f"/inbox/{Room.objects.latest('id').uuid}"
    if stubborn_guest:
        member = open_inbox(visit_as, user, path)
    else:
        member = visit_as("about:blank", user)
        member.add_init_script(STUBBORN)
        member.goto(path)
        wait_until_live(member)
    expect(part(guest, "page")).to_have_attribute("data-path", "direct")
    return guest, member


def said(page, text):
    return bodies(page).filter(has_text=text)


def wait_for_channels(stubborn, count):
    wait_for(lambda: stubborn.evaluate(f"{OPEN}.length") == count, f"{count} open channels")


def hear_from(stubborn, honest, text):
    """The changed client is heard past its own page, so the channel is what the test takes away."""
    assert stubborn.evaluate(f"{OPEN}.length") >= 1
    stubborn.evaluate(SHOUT, text)
    expect(said(honest, text)).to_have_count(1)


def expect_silence(stubborn, *honest):
    """Every channel was closed from the other side; nothing is read or written over it any more."""
    wait_for_channels(stubborn, 0)
    stubborn.evaluate(SHOUT, "still here")
    for page in honest:
        composer = part(page, "composer").first
        if composer.is_visible():
            write(page, "a secret among us")
            expect(said(page, "a secret among us").first).to_be_visible()
        expect(said(page, "still here")).to_have_count(0)
    assert stubborn.evaluate("heard.filter((text) => text.includes('secret'))") == []


def revoke(room):
    revoke_link(link=room.link)


def rotate(room):
    rotate_link(link=room.link, kick=True)


def block(room):
    block_guest(guest=room.participants.get(kind="guest").guest)


def close(room):
    close_room(room=room)


@pytest.mark.parametrize("way", [revoke, rotate, block, close])
def test_a_guest_who_ignores_it_is_off_the_channel(visit_as, alice, link, way):
    guest, member = meet(visit_as, True, link, alice)
    hear_from(guest, member, "before")
    way(Room.objects.get())
    expect_silence(guest, member)


def remove(room, bob, page):
    remove_member(membership=bob.memberships.get(), by=room.account.memberships.get(role="owner"))


def sign_out(room, bob, page):
    """In another tab, which has the same session but is not the page that keeps its channel."""
    tab = page.context.new_page()
    tab.goto("/team")
    tab.get_by_role("button", name="Sign out").first.click()
    expect(tab).not_to_have_url(re.compile("/team$"))


def end(room, bob, page):
    close_room(room=room)


@pytest.mark.parametrize("way", [remove, sign_out, end])
def test_a_member_who_ignores_it_is_off_the_channel(visit_as, bob, link, way):
    guest, member = meet(visit_as, False, link, bob)
    hear_from(member, guest, "before")
    way(Room.objects.get(), bob, member)
    expect_silence(member, guest)


def test_every_guest_of_a_shared_room_closes_it(visit_as, property):
    link = create_link(property=property, mode="shared")
    out = ring_with(visit_as, link, STUBBORN)
    stay = [ring(visit_as, link) for _ in range(2)]
    for page in stay:
        expect(part(page, "page")).to_have_attribute("data-path", "direct")
    wait_for_channels(out, 2)
    guest = Room.objects.get().participants.earliest("id").guest
    block_guest(guest=guest)
    expect_silence(out, *stay)
    expect(bodies(stay[0])).to_have_text(["a secret among us"] * 2)


def test_a_page_that_was_offline_closes_it_when_it_is_back(visit_as, alice, link):
    guest, member = meet(visit_as, True, link, alice)
    member.context.set_offline(True)
    events.kick(4000, membership=alice.memberships.get().uuid)
    # Chromium may hold the close back while it is offline; waking has the page ask its socket.
    member.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(part(member, "inbox")).not_to_have_attribute("data-state", "open")
    hear_from(guest, member, "from the tunnel")
    block(Room.objects.get())
    hear_from(guest, member, "nobody knows yet")
    member.context.set_offline(False)
    expect_silence(guest, member)
