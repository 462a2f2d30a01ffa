"""What a guest reads and does about their data, in real Chromium."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from rooms.conversations.models import Message, Participant
from rooms.guests.models import Guest
from rooms.privacy.retention import work_off
from rooms.properties.services import update_property
from tests.browser.pages import bodies, part, ring, write


def test_writing_below_the_line_is_noted(visit_as, link, property):
    update_property(property=property, privacy_url="https://example.com/p", consent=True)
    page = ring(visit_as, link)
    expect(page.get_by_text("By writing here you agree")).to_be_visible()
    write(page, "Hi")
    expect(part(page, "message")).to_have_attribute("data-seq", "1")
    guest = Participant.objects.get(kind="guest")
    assert guest.consent_version == 1 and guest.consented_at is not None


def test_what_is_over_leaves_open_pages(visit_as, link, property):
    page = ring(visit_as, link)
    write(page, "old")
    expect(part(page, "message")).to_have_attribute("data-seq", "1")
    Message.objects.update(at=timezone.now() - timedelta(days=2))
    write(page, "new")
    expect(part(page, "message").nth(1)).to_have_attribute("data-seq", "2")
    update_property(property=property, retention_messages_days=1)
    work_off()
    expect(bodies(page)).to_have_text(["new"])
    write(page, "newer")
    expect(bodies(page)).to_have_text(["new", "newer"])


def test_a_guest_takes_their_words_along_and_erases_them(visit_as, link):
    page = ring(visit_as, link)
    write(page, "Forget me")
    expect(part(page, "message")).to_have_attribute("data-seq", "1")
    page.get_by_role("link", name="Your data").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="As text").click()
    assert "Forget me" in download.value.path().read_text()
    page.get_by_label("Yes, erase it.").check()
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_text("Everything about you is erased.")).to_be_visible()
    assert not Guest.objects.exists()
