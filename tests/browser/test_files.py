"""Files in real Chromium: chosen, pasted and dropped, on both sides."""

from __future__ import annotations

import struct
import zlib

import pytest
from playwright.sync_api import expect

from rooms.attachments.models import Attachment
from rooms.properties.models import Property
from tests.browser.pages import open_inbox, part, ring
from tests.files_to_send import PDF
from tests.rooms.attachments.workers import work_off

PHONE = {"viewport": {"width": 320, "height": 568}, "has_touch": True}
# Makes what a person's hand would have brought: one file, dropped or pasted.
BRING = """([name, type, numbers, kind]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(numbers)], name, { type }));
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  const data = kind === "paste" ? { clipboardData: carried } : { dataTransfer: carried };
  const event = new Kind(kind, { ...data, bubbles: true, cancelable: true });
  document.querySelector("[data-role=composer]").dispatchEvent(event);
}"""


def make_picture(side=320):
    """A picture that can be seen."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(
        b"\0"
        + bytes(channel for x in range(side) for channel in (x * 255 // side, 90, y * 255 // side))
        for y in range(side)
    )
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + data + chunk(b"IEND", b"")


def file(name, content, kind="application/octet-stream"):
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page, *files):
    with page.expect_file_chooser() as chooser:
        part(page, "attach").click()
    chooser.value.set_files(list(files))


def is_drawn(page, picture):
    picture.wait_for()
    page.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle()
    )


def test_owner_and_guest_send_each_other_files(visit_as, alice, link):
    guest = ring(visit_as, link)
    choose(guest, file("holiday.png", make_picture(), "image/png"))
    expect(part(guest, "message").locator(".file")).to_contain_text("Being prepared")
    work_off()
    is_drawn(guest, part(guest, "message").locator("img"))
    inbox = open_inbox(visit_as, alice)
    part(inbox, "room").first.click()
    is_drawn(inbox, part(inbox, "conversation").locator("img"))
    choose(inbox, file("offer.pdf", PDF))
    chip = part(guest, "main").locator("a.file", has_text="offer.pdf")
    with guest.expect_download() as download:
        chip.click()
    assert download.value.suggested_filename == "offer.pdf"
    with open(download.value.path(), "rb") as saved:
        assert saved.read() == PDF
    guest.reload()
    expect(part(guest, "message").locator("a.file")).to_have_count(2)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(visit_as, link, kind):
    guest = ring(visit_as, link)
    guest.evaluate(BRING, ["image.png", "image/png", list(make_picture(16)), kind])
    expect(part(guest, "message").locator(".file")).to_contain_text("Being prepared")
    work_off()
    is_drawn(guest, part(guest, "message").locator("img"))
    assert Attachment.objects.get().name == "image.png"


def test_a_refused_file_is_said_beside_the_composer(visit_as, link):
    guest = ring(visit_as, link, **PHONE)
    part(guest, "composer").fill("a draft")
    page = file("page.html", b"<script>alert(1)</script>")
    choose(guest, page, file("offer.pdf", PDF), file("empty.txt", b""))
    expect(part(guest, "upload")).to_contain_text("page.html: Files of this kind cannot be sent")
    expect(part(guest, "upload")).to_contain_text("empty.txt: There is nothing in this file")
    expect(part(guest, "composer")).to_have_value("a draft")
    expect(part(guest, "message").locator("a.file")).to_have_text("offer.pdf1 kB")
    part(guest, "upload").get_by_role("button", name="Cancel").click()
    expect(part(guest, "upload")).to_be_hidden()


def test_a_file_that_did_not_get_through_is_sent_again(visit_as, link):
    guest = ring(visit_as, link)
    guest.route("**/files", lambda route: route.abort())
    choose(guest, file("offer.pdf", PDF))
    expect(part(guest, "upload")).to_contain_text("Check your connection")
    guest.unroute("**/files")
    part(guest, "upload").get_by_role("button", name="Try again").click()
    expect(part(guest, "message").locator("a.file")).to_have_count(1)


def test_where_nothing_is_stored_there_is_no_paperclip(visit_as, link):
    Property.objects.update(storage="none")
    guest = ring(visit_as, link)
    expect(part(guest, "composer")).to_be_visible()
    expect(part(guest, "attach")).to_be_hidden()
