"""The picture of the README: a real inbox and a real guest's phone, side by side."""

from __future__ import annotations

import base64
import uuid

import pytest
from django.conf import settings
from playwright.sync_api import expect

from rooms.conversations.models import Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.properties.models import Property
from tests.browser.pages import bodies, open_inbox, part, row_of, write
from tests.cast import join

MAX_BYTES = 200 * 1024
TALK = [
    ("Tomás", "Are you open on Sunday?"),
    ("Mei", "Thank you, the cake was wonderful!"),
    ("Jonas", "Could I order twelve rolls for tomorrow morning?"),
]
SIDE_BY_SIDE = """
<body style="margin:0;display:flex;gap:24px;padding:24px;background:#e6e8ec">
<img style="border-radius:12px" src="data:image/png;base64,{inbox}">
<img style="border-radius:12px" src="data:image/png;base64,{guest}">
"""


@pytest.fixture
def bakery(property, link):
    Property.objects.update(
        name="Bakery by the bridge", color="#0a7d5a", greeting="Hello! What can we bake for you?"
    )
    link.property.refresh_from_db()
    for name, words in TALK:
        guest = join(link, name).participant
        post_message(sender=sender_of(guest), client_id=uuid.uuid4(), body=words)
    return link


def test_the_picture_of_the_readme(visit_as, alice, bakery, tmp_path):
    guest = visit_as(f"/c/{bakery.address}", viewport={"width": 360, "height": 640})
    expect(part(guest, "page")).to_have_attribute("data-state", "open")
    room = Room.objects.latest("id")
    inbox = open_inbox(visit_as, alice, viewport={"width": 1000, "height": 640})
    row_of(inbox, room).click()
    write(guest, "Good morning! Do you have rye bread today?")
    expect(bodies(inbox)).to_have_count(1)
    write(inbox, "Two loaves left. Shall I put one aside?")
    expect(bodies(guest)).to_have_count(2)
    write(guest, "Yes please, for Ann.")
    expect(part(guest, "page")).to_have_attribute("data-path", "direct")
    expect(part(guest, "message").last).to_have_attribute("data-state", "read")

    frame = visit_as("about:blank", viewport={"width": 1432, "height": 688})
    images = {"inbox": inbox.screenshot(), "guest": guest.screenshot()}
    frame.set_content(
        SIDE_BY_SIDE.format(**{k: base64.b64encode(v).decode() for k, v in images.items()})
    )
    target = settings.BASE_DIR / ".local" / "screenshot.png"
    frame.screenshot(path=target)
    assert 10_000 < target.stat().st_size < MAX_BYTES
    committed = settings.BASE_DIR / "docs" / "screenshot.png"
    assert 10_000 < committed.stat().st_size < MAX_BYTES
