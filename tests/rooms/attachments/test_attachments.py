"""Files through the pages: what is taken, who reads it, and that nothing is left behind."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.limits.usage import read_usage
from accounts.team.services.accounts import delete_account, remove_closed_accounts
from accounts.tenants.models import Account
from rooms.attachments.models import Attachment
from rooms.conversations.models import Message
from rooms.conversations.services.guests import block_guest
from rooms.conversations.services.sync import open_participation, read_messages
from rooms.conversations.tickets import TicketClaims
from rooms.links.models import DirectLink
from rooms.links.services.links import create_link, revoke_link
from rooms.privacy.services import erase_guest
from rooms.properties.models import Property
from rooms.tasks import sweep_attachments
from tests.cast import join
from tests.files_to_send import BAD, GOOD, PDF, PICTURES, make_file
from tests.rooms.attachments.workers import work_off


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def enter(link, nickname="Gwen"):
    """The browser of a guest who came by the link."""
    browser = Client()
    joined = browser.post(
        f"/c/{link.address}/join", {"nickname": nickname}, content_type="application/json"
    )
    browser.room = joined.json()["room"]
    return browser


@pytest.fixture
def gwen(link):
    return enter(link)


@pytest.fixture
def alices_page(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


def send(browser, link, file=None, client_id=None, **more):
    form = {"file": file or make_file(), "client_id": client_id or uuid4(), **more}
    headers = {"Origin": "http://testserver"}
    return browser.post(f"/c/{link.address}/files", form, headers=headers)


def read(browser, link, uuid):
    return browser.get(f"/c/{link.address}/files/{uuid}")


@pytest.mark.parametrize("name", GOOD)
def test_a_guest_sends_a_file_and_both_sides_read_it(gwen, alices_page, link, name):
    content, content_type = GOOD[name]
    sent = send(gwen, link, make_file(name, content))
    assert sent.status_code == 201, sent.content
    said = sent.json()["attachment"]
    facts = (said["name"], said["content_type"], said["size_bytes"])
    assert facts == (name, content_type, len(content))
    work_off()
    shown = read(gwen, link, said["id"]).content
    assert alices_page.get(said["url"]).content == shown
    # A picture is another one afterwards; see test_processing.
    assert shown == content or name in PICTURES


@pytest.mark.parametrize("trick", BAD)
def test_tricks_are_refused_and_leave_nothing(gwen, link, folder, trick):
    name, content = BAD[trick]
    refused = send(gwen, link, make_file(name, content))
    assert refused.status_code in (400, 415)
    assert (Message.objects.count(), files_in(folder)) == (0, [])


def test_the_message_carries_the_file(gwen, link):
    send(gwen, link, make_file("offer.pdf", PDF), caption="Our offer")
    message = Message.objects.get()
    described = read_messages(message.room)[0][0]
    assert message.body == "Our offer"
    assert described["attachment"] == message.attachment.describe()
    assert described["attachment"]["url"] == f"/files/{message.attachment.uuid}"


def test_without_a_caption_the_message_is_the_files_name(gwen, link):
    send(gwen, link, make_file("offer.pdf", PDF))
    assert Message.objects.get().body == "offer.pdf"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("..\\..\\boot.png", "boot.png"),
        ("in\u202egnp.\x07png", "ingnp.png"),
        ("ph\u200boto.png", "photo.png"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_a_name_is_cleaned(gwen, link, name, cleaned):
    assert send(gwen, link, make_file(name)).json()["attachment"]["name"] == cleaned


def test_the_place_on_disk_tells_nothing(gwen, link, folder, account):
    send(gwen, link, make_file("secret.pdf", PDF))
    (file,) = files_in(folder)
    assert file.parent == Path(folder) / "attachments" / str(account.uuid)
    assert "secret" not in file.name
    assert file.stat().st_mode & 0o077 == 0


def test_ten_mebibytes_are_taken_and_one_byte_more_is_not(gwen, link, folder, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "upload": "9/1"}
    most = make_file("a.txt", b"x" * settings.ATTACHMENT_MAX_BYTES)
    assert send(gwen, link, most).status_code == 201
    more = make_file("a.txt", b"x" * (settings.ATTACHMENT_MAX_BYTES + 1))
    assert send(gwen, link, more).json()["error"]["code"] == "file_too_large"
    assert len(files_in(folder)) == 1


def test_a_huge_body_is_refused_before_it_is_read(gwen, link, settings):
    settings.ATTACHMENT_MAX_BYTES = 1
    refused = send(gwen, link, make_file("a.txt", b"x" * 200_000))
    assert refused.status_code == 413


def test_the_same_client_id_keeps_one_file(gwen, link, folder):
    client_id = uuid4()
    first, again = (send(gwen, link, client_id=client_id) for _ in range(2))
    assert first.json() == again.json()
    assert (Message.objects.count(), len(files_in(folder))) == (1, 1)
    other = send(gwen, link, make_file("offer.pdf", PDF), client_id)
    assert other.json()["error"]["code"] == "client_id_reused"
    assert len(files_in(folder)) == 1


def test_a_full_account_takes_no_file(gwen, link, account, folder):
    account.limits = {"storage_mib": 0}
    account.save(update_fields=["limits"])
    refused = send(gwen, link)
    assert refused.json()["error"]["code"] == "limit_reached"
    assert (Message.objects.count(), files_in(folder)) == (0, [])


def test_usage_counts_begun_mebibytes(gwen, link, account):
    send(gwen, link)
    used = {usage.name: usage.used for usage in read_usage(account)}
    assert used["storage_mib"] == 1


def test_where_nothing_is_stored_no_file_is(gwen, link, folder):
    Property.objects.update(storage="none")
    assert send(gwen, link).json()["error"]["code"] == "not_stored"
    assert files_in(folder) == []


def test_a_refused_message_takes_its_file_along(gwen, link, folder):
    Message.objects.all().delete()
    DirectLink.objects.get().rooms.update(status="closed")
    assert send(gwen, link).json()["error"]["code"] == "room_closed"
    assert files_in(folder) == []


def test_a_blocked_guest_sends_and_reads_nothing(gwen, link, folder):
    uuid = send(gwen, link).json()["attachment"]["id"]
    block_guest(guest=link.account.guests.get())
    assert send(gwen, link).json()["error"]["code"] == "banned"
    assert read(gwen, link, uuid).status_code == 404
    assert len(files_in(folder)) == 1


def test_only_pictures_are_shown_and_nothing_is_run(gwen, link):
    picture = send(gwen, link).json()["attachment"]["id"]
    work_off()
    picture = read(gwen, link, picture)
    paper = send(gwen, link, make_file("über.pdf", PDF)).json()["attachment"]["id"]
    paper = read(gwen, link, paper)
    assert picture["Content-Disposition"].startswith("inline")
    assert paper["Content-Disposition"].startswith("attachment")
    for response in (picture, paper):
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"].startswith("private")


def test_other_guests_and_strangers_get_404(gwen, link, property):
    uuid = send(gwen, link).json()["attachment"]["id"]
    other_link = create_link(property=property)
    assert read(enter(link, "Hal"), link, uuid).status_code == 404
    assert read(Client(), link, uuid).status_code == 404
    assert read(gwen, other_link, uuid).status_code == 404
    assert Client().get(f"/files/{uuid}").status_code in (302, 404)
    assert send(Client(), link).status_code == 404


def test_other_tenant_gets_404(gwen, link, charlie):
    uuid = send(gwen, link).json()["attachment"]["id"]
    browser, hers = Client(), charlie.memberships.get().account.links.get()
    browser.force_login(charlie)
    assert browser.get(f"/files/{uuid}").status_code == 404
    assert read(enter(hers), hers, uuid).status_code == 404
    form = {"file": make_file(), "client_id": uuid4()}
    assert browser.post(f"/inbox/{gwen.room}/files", form).status_code == 404
    assert Message.objects.count() == 1


def test_a_revoked_link_shows_no_files(gwen, link):
    uuid = send(gwen, link).json()["attachment"]["id"]
    revoke_link(link=link)
    assert read(gwen, link, uuid).status_code == 404


def test_a_member_sends_a_file_with_a_token(alice, gwen, link):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    path, form = f"/inbox/{gwen.room}/files", {"client_id": uuid4()}
    assert browser.post(path, {**form, "file": make_file()}).status_code == 403
    browser.get("/inbox")
    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    sent = browser.post(path, {**form, "file": make_file()}, headers=headers)
    assert sent.status_code == 201
    work_off()
    assert read(gwen, link, sent.json()["attachment"]["id"]).status_code == 200


def test_another_sites_page_sends_nothing(gwen, link):
    form = {"file": make_file(), "client_id": uuid4()}
    headers = {"Origin": "https://evil.example"}
    assert gwen.post(f"/c/{link.address}/files", form, headers=headers).status_code == 403


def test_too_many_files_are_refused(gwen, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "upload": "1/60"}
    send(gwen, link)
    assert send(gwen, link).status_code == 429


@pytest.mark.parametrize("form", [{}, {"file": "no file"}, {"client_id": "x"}])
def test_a_form_without_what_it_needs_is_refused(gwen, link, form):
    refused = gwen.post(f"/c/{link.address}/files", form, headers={"Origin": "http://testserver"})
    assert refused.json()["error"]["code"] == "invalid"


def test_erasing_a_guest_takes_their_files(gwen, link, folder, django_capture_on_commit_callbacks):
    send(gwen, link)
    with django_capture_on_commit_callbacks(execute=True):
        erase_guest(guest=link.account.guests.get())
    assert (Attachment.objects.count(), files_in(folder)) == (0, [])
    assert Message.objects.get().body == ""


def make_old(folder):
    for file in files_in(folder):
        os.utime(file, (0, 0))


def test_the_sweep_takes_what_no_row_knows_and_leaves_the_rest(gwen, link, folder):
    send(gwen, link)
    kept = files_in(folder)
    place = kept[0].parent
    (place / "lost").write_bytes(b"x")
    (place.parent / "somebody's").mkdir()
    make_old(folder)
    (place / "just-being-written").write_bytes(b"x")
    assert sweep_attachments() == 1
    assert {file.name for file in files_in(folder)} == {kept[0].name, "just-being-written"}


def test_a_removed_account_takes_its_files(gwen, link, folder, account, alice):
    send(gwen, link)
    delete_account(account=account, actor=alice)
    Account.objects.update(deleted_at=timezone.now() - timedelta(days=400))
    assert remove_closed_accounts(at_most=9) == 1
    make_old(folder)
    assert (sweep_attachments(), files_in(folder)) == (1, [])


def test_a_file_that_was_lost_is_not_found(gwen, link):
    uuid = send(gwen, link).json()["attachment"]["id"]
    work_off()
    default_storage.delete(Attachment.objects.get().file.name)
    assert read(gwen, link, uuid).status_code == 404


def test_a_room_with_files_opens_in_three_queries(link, django_assert_num_queries):
    visit = join(link)
    for number in range(20):
        message = Message.objects.create(
            account=link.account,
            room=visit.room,
            sender=visit.participant,
            seq=number + 1,
            body="photo.png",
        )
        Attachment.objects.create(
            account=link.account,
            room=visit.room,
            participant=visit.participant,
            message=message,
            name="photo.png",
            content_type="image/png",
            size_bytes=1,
            file="attachments/nowhere",
        )
    entry = TicketClaims(
        account=str(link.account.uuid),
        connection="one",
        room=str(visit.room.uuid),
        participant=str(visit.participant.uuid),
    )
    with django_assert_num_queries(3):
        place = open_participation(entry, entry.room)
    assert all(message["attachment"] for message in place.snapshot["messages"])


def run_at_once(*actions):
    """Run them in threads with connections of their own; returns what each gave."""

    def act(action):
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


def test_the_same_file_sent_twice_at_once_is_one(transactional_db, link, folder):
    gwen, client_id = enter(link), uuid4()
    first, again = run_at_once(*[lambda: send(gwen, link, client_id=client_id)] * 2)
    assert (first.status_code, first.json()) == (201, again.json())
    assert (Message.objects.count(), len(files_in(folder))) == (1, 1)


def test_two_files_at_once_do_not_both_take_the_last_space(transactional_db, link, account, folder):
    account.limits = {"storage_mib": 1}
    account.save(update_fields=["limits"])
    gwen, hal, content = enter(link), enter(link, "Hal"), b"x" * 900_000
    sent = run_at_once(
        lambda: send(gwen, link, make_file("a.txt", content)),
        lambda: send(hal, link, make_file("a.txt", content)),
    )
    assert sorted(response.status_code for response in sent) == [201, 403]
    assert (Message.objects.count(), len(files_in(folder))) == (1, 1)
