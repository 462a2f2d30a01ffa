"""Pictures written anew by a worker: what is served, what is not, and what happens when it dies."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image

from accounts.base.redis import get_redis
from rooms.attachments.models import Attachment
from rooms.conversations.models import Message
from rooms.conversations.services.sync import read_messages
from rooms.tasks import process_attachment, sweep_processing
from tests.files_to_send import (
    ONLY_SAVED,
    PAGE,
    PICTURES_AND_MORE,
    UNREADABLE,
    make_picture,
    make_png,
)
from tests.rooms.attachments.conftest import files_in
from tests.rooms.attachments.workers import work_off


def open_picture(response):
    assert response.status_code == 200
    return Image.open(io.BytesIO(response.content))


def send_and_read(sender, name, content):
    sent = sender.send(name, content).json()["attachment"]
    work_off()
    return sender.read(sent["id"])


def test_until_a_worker_has_seen_it_nobody_reads_it(sender, folder):
    sent = sender.send().json()["attachment"]
    early = sender.read(sent["id"])
    assert (sent["state"], sent["url"]) == ("processing", f"/files/{sent['id']}")
    assert (early.status_code, early["Retry-After"]) == (409, "1")
    work_off()
    assert sender.read(sent["id"]).status_code == 200
    (message,) = read_messages(Message.objects.get().room)[0]
    assert message["attachment"]["state"] == "ready"
    assert len(files_in(folder)) == 1


def test_the_room_is_told_when_it_is_ready(sender, django_capture_on_commit_callbacks, monkeypatch):
    told = []
    sender.send()
    monkeypatch.setattr("rooms.base.events.publish", lambda *said: told.append(said))
    work_off()
    ((topic, event, room, message),) = told
    assert (topic, event, str(room)) == (f"room.{sender.room}", "message.posted", sender.room)
    assert message["attachment"]["state"] == "ready"
    assert message["seq"] == 1


@pytest.mark.parametrize("trick", PICTURES_AND_MORE)
def test_what_hides_in_a_picture_is_not_served(sender, trick):
    name, content = PICTURES_AND_MORE[trick]
    shown = send_and_read(sender, name, content)
    assert open_picture(shown).size[0] in (2, 8)
    assert PAGE not in shown.content
    assert b"PK\x05\x06" not in shown.content


@pytest.mark.parametrize("trick", ONLY_SAVED)
def test_what_is_two_things_is_only_saved(sender, trick):
    name, content = ONLY_SAVED[trick]
    saved = send_and_read(sender, name, content)
    assert saved.content == content
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved["X-Content-Type-Options"] == "nosniff"
    assert saved["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("trick", UNREADABLE)
def test_what_cannot_be_shown_is_taken_away_and_says_why(
    sender, folder, trick, django_capture_on_commit_callbacks
):
    name, content, state = UNREADABLE[trick]
    sent = sender.send(name, content)
    assert sent.status_code == 201
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    (message,) = read_messages(Message.objects.get().room)[0]
    assert (message["attachment"]["state"], message["attachment"]["url"]) == (state, None)
    assert sender.read(sent.json()["attachment"]["id"]).status_code == 404
    assert files_in(folder) == []


def test_a_picture_stands_upright_and_tells_no_place(sender):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    shown = send_and_read(sender, "a.jpg", make_picture(size=(80, 40), exif=exif))
    picture = open_picture(shown)
    assert (picture.size, dict(picture.getexif())) == ((40, 80), {})
    assert b"Exif" not in shown.content
    # The blue edge was on the left; turned by a quarter it is on top.
    assert picture.getpixel((20, 0))[2] > picture.getpixel((20, 70))[2]


def test_an_animation_still_moves(sender):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:], duration=90)
    assert open_picture(send_and_read(sender, "a.gif", out.getvalue())).n_frames == 3


def test_a_huge_jpeg_is_made_smaller_and_not_refused(sender):
    shown = open_picture(send_and_read(sender, "a.jpg", make_picture(size=(9000, 6000))))
    assert shown.size == (4500, 3000)


def test_what_grows_too_large_is_made_smaller(sender, settings):
    settings.ATTACHMENT_MAX_BYTES = 30_000
    noise = Image.effect_noise((300, 200), 90).convert("P")
    out = io.BytesIO()
    noise.save(out, format="WEBP", quality=1)
    shown = send_and_read(sender, "a.png", out.getvalue())
    assert len(shown.content) <= 30_000


def test_a_converted_picture_is_saved_under_an_ending_that_fits(sender):
    sent = sender.send("scan.tiff", make_picture("TIFF")).json()["attachment"]
    work_off()
    shown = sender.read(sent["id"])
    assert (sent["name"], open_picture(shown).format) == ("scan.tiff", "JPEG")
    assert 'filename="scan.jpg"' in shown["Content-Disposition"]


def test_the_same_sent_again_after_it_was_written_anew_is_the_same(sender, folder):
    client_id, content = uuid4(), make_picture(size=(50, 50))
    first = sender.send("a.jpg", content, client_id)
    work_off()
    again = sender.send("a.jpg", content, client_id)
    assert (again.status_code, again.json()["seq"]) == (201, first.json()["seq"])
    assert sender.send("a.jpg", make_png(), client_id).status_code == 409
    assert len(files_in(folder)) == 1


def count_queued():
    return get_redis().llen("maintenance")


def test_what_a_dead_worker_left_is_queued_again(sender):
    sender.send()
    before = count_queued()
    assert sweep_processing() == 0
    Attachment.objects.update(tried_at=timezone.now() - timedelta(minutes=2))
    assert (sweep_processing(), count_queued()) == (1, before + 1)


def test_a_file_on_which_workers_die_is_given_up(sender):
    sender.send()
    Attachment.objects.update(tries=3)
    work_off()
    assert Attachment.objects.get().state == "damaged"


def test_a_second_worker_changes_nothing(sender, folder):
    sender.send()
    work_off()
    kept = files_in(folder)
    process_attachment(Attachment.objects.get().pk)
    assert files_in(folder) == kept


def test_a_file_that_was_removed_meanwhile_stays_removed(sender, folder):
    sender.send()
    Attachment.objects.update(removed_at=timezone.now())
    process_attachment(Attachment.objects.get().pk)
    assert Attachment.objects.get().state == "processing"
