"""Files as people's devices make them; each is honest and is taken."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from django.conf import settings as configured
from PIL import Image

from tests.rooms.attachments.workers import work_off

CASES = configured.BASE_DIR / "tests" / "cases" / "files"
NAMES = sorted(path.name for path in CASES.iterdir())
PICTURES = {
    "photo-with-place.jpg": "JPEG",
    "samsung-trailer.jpg": "JPEG",
    "motion-photo.jpg": "JPEG",
    "webp-named-jpg.jpg": "WEBP",
    "iphone.heic": "JPEG",
}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_taken_under_its_name(sender, name):
    content = (CASES / name).read_bytes()
    sent = sender.send(name, content)
    assert sent.status_code == 201, sent.content
    assert sent.json()["attachment"]["name"] == name
    work_off()
    given = sender.read(sent.json()["attachment"]["id"])
    assert given.status_code == 200
    if name not in PICTURES:
        assert given.content == content
        disposition = given["Content-Disposition"]
        assert disposition.startswith("attachment")
        assert name in disposition or quote(name) in disposition


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_without_what_was_beside_it(sender, name):
    sent = sender.send(name, (CASES / name).read_bytes()).json()["attachment"]
    work_off()
    given = sender.read(sent["id"])
    picture = Image.open(io.BytesIO(given.content))
    assert picture.format == PICTURES[name]
    assert given["Content-Type"] == Image.MIME[picture.format] == sent["content_type"]
    assert given["Content-Disposition"].startswith("inline")
    assert dict(picture.getexif()) == {}
    for trace in (b"Exif", b"GPS", b"SEFT", b"ftyp", b"<x:xmpmeta"):
        assert trace not in given.content


def test_a_photo_stands_upright(sender):
    content = (CASES / "photo-with-place.jpg").read_bytes()
    with Image.open(io.BytesIO(content)) as came:
        width, height = came.size
        assert came.getexif()[0x0112] == 6
    sent = sender.send("photo-with-place.jpg", content).json()["attachment"]
    work_off()
    with Image.open(io.BytesIO(sender.read(sent["id"]).content)) as shown:
        assert shown.size == (height, width)
