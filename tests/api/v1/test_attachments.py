from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from accounts.audit.models import AuditEvent
from rooms.attachments.models import Attachment
from rooms.attachments.services import post_attachment
from rooms.conversations.models import Message
from rooms.properties.models import Property
from rooms.webhooks.models import Webhook
from tests.api.requests.test_authentication import assert_problem
from tests.files_to_send import PDF, make_file, make_png


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def send(api, room, file=None, **more):
    headers = {name: more.pop(name) for name in list(more) if name == "Idempotency_Key"}
    body = {"file": file or make_file(), **more}
    return api.post(f"rooms/{room.uuid}/attachments", body, **headers)


def test_a_program_sends_a_file_and_reads_it_back(api, room):
    sent = send(api, room, make_file("offer.pdf", PDF), caption="Ours", **{"as": "Shop bot"})
    assert sent.status_code == 201, sent.content
    said = sent.json()
    assert (said["name"], said["size_bytes"], said["seq"]) == ("offer.pdf", len(PDF), 1)
    content = api.get(f"attachments/{said['id']}/content")
    assert (content.content, content["Content-Type"]) == (PDF, "application/pdf")
    assert said["url"].endswith(f"/api/v1/attachments/{said['id']}/content")
    message = Message.objects.get()
    assert (message.body, message.sender.name) == ("Ours", "Shop bot")


def test_a_message_tells_of_its_file(api, room, attachment):
    api.post(f"rooms/{room.uuid}/messages", {"body": "plain"})
    first, second = api.get(f"rooms/{room.uuid}/messages").json()["items"]
    assert first["attachment"]["id"] == str(attachment.uuid)
    assert second["attachment"] is None


def test_the_same_client_id_is_answered_with_the_stored_file(api, room, folder):
    client_id = str(uuid4())
    first, again = (send(api, room, client_id=client_id) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (Message.objects.count(), len(files_in(folder))) == (1, 1)
    other = send(api, room, make_file("offer.pdf", PDF), client_id=client_id)
    assert_problem(other, 409, "client_id_reused")


def test_an_idempotency_key_names_the_form_not_its_boundary(api, room, folder):
    # Larger than what a JSON body may have.
    form = {"file": make_file("a.txt", b"x" * 2_000_000), "caption": "A"}
    first = api.post(f"rooms/{room.uuid}/attachments", form, Idempotency_Key="one")
    form["file"].seek(0)
    again = api.post(f"rooms/{room.uuid}/attachments", form, Idempotency_Key="one")
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    other = send(api, room, make_file("a.txt", b"y"), Idempotency_Key="one")
    assert_problem(other, 409, "idempotency_key_reused")
    assert len(files_in(folder)) == 1


def test_a_deleted_file_is_gone_and_its_message_says_so(
    api, room, attachment, folder, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"attachments/{attachment.uuid}").status_code == 204
    assert files_in(folder) == []
    assert_problem(api.get(f"attachments/{attachment.uuid}"), 404, "attachment_not_found")
    assert_problem(api.get(f"attachments/{attachment.uuid}/content"), 404, "attachment_not_found")
    assert_problem(api.delete(f"attachments/{attachment.uuid}"), 404, "attachment_not_found")
    (message,) = api.get(f"rooms/{room.uuid}/messages").json()["items"]
    assert (message["body"], message["attachment"]["url"]) == ("See?", None)
    assert AuditEvent.objects.filter(action="attachment.removed").count() == 1


def test_a_deleted_file_makes_room_again(api, room, account):
    account.limits = {"storage_mib": 1}
    account.save(update_fields=["limits"])
    first = send(api, room, make_file("a.txt", b"x" * 1_048_576))
    refused = assert_problem(send(api, room), 403, "limit_reached")
    assert (refused["limit"], refused["allowed"]) == ("storage_mib", 1)
    api.delete(f"attachments/{first.json()['id']}")
    assert send(api, room).status_code == 201


def test_a_full_account_leaves_nothing_on_disk(api, room, account, folder):
    account.limits = {"storage_mib": 0}
    account.save(update_fields=["limits"])
    assert_problem(send(api, room), 403, "limit_reached")
    assert (Attachment.objects.count(), files_in(folder)) == (0, [])


def test_what_is_not_taken_has_its_codes(api, room):
    assert_problem(send(api, room, make_file("a.svg", b"<svg/>")), 415, "file_type_refused")
    assert_problem(send(api, room, make_file("photo", make_png())), 400, "invalid")
    assert_problem(send(api, room, make_file("a.png", b"")), 400, "invalid")
    assert_problem(send(api, room, color="red"), 400, "unknown_field")
    path = f"rooms/{room.uuid}/attachments"
    assert_problem(api.post(path, {"file": "x"}), 415, "unsupported_media_type")
    too_long = make_file("a.txt", b"x" * 10_485_761)
    assert_problem(send(api, room, too_long), 413, "file_too_large")
    huge = make_file("a.txt", b"x" * 10_700_000)
    assert_problem(send(api, room, huge), 413, "body_too_large")
    Property.objects.update(storage="none")
    assert_problem(send(api, room), 409, "not_stored")
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "code"), [(b"--x\r\nrubbish", "malformed_form"), (b"", "invalid")]
)
def test_a_broken_form_is_a_problem(api, room, body, code):
    response = api.client.post(
        f"/api/v1/rooms/{room.uuid}/attachments",
        body,
        content_type="multipart/form-data" if body else "",
        headers={"Authorization": f"Bearer {api.key_text}", "Idempotency-Key": "one"},
    )
    assert_problem(response, 400, code)


def test_a_member_sends_as_themselves(alice_page, room):
    sent = send(alice_page, room)
    assert sent.status_code == 201
    assert Message.objects.get().sender.name == "Alice"
    assert_problem(send(alice_page, room, **{"as": "Somebody"}), 400, "invalid")


def test_pages_of_files_follow_each_other(api, room, guest):
    for number in range(5):
        name = f"{number}.png"
        post_attachment(sender=guest, upload=make_file(), name=name, client_id=uuid4())
    names, cursor = [], ""
    while cursor is not None:
        query = "?limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = api.get(f"rooms/{room.uuid}/attachments{query}").json()
        names += [row["name"] for row in page["items"]]
        cursor = page["next"]
    assert names == [f"{number}.png" for number in reversed(range(5))]


def test_the_list_needs_as_many_queries_for_twenty_as_for_one(
    api, room, guest, django_assert_num_queries
):
    def add(count):
        for _ in range(count):
            post_attachment(sender=guest, upload=make_file(), name="a.png", client_id=uuid4())

    add(1)
    api.get("me")  # notes the key's last use
    with django_assert_num_queries(3):
        api.get(f"rooms/{room.uuid}/attachments")
    add(19)
    with django_assert_num_queries(3):
        assert len(api.get(f"rooms/{room.uuid}/attachments").json()["items"]) == 20


def test_webhooks_hear_of_the_file(api, room, account):
    Webhook.objects.create(account=account, url="https://hooks.example", secret="")
    uuid = send(api, room).json()["id"]
    payload = account.webhook_deliveries.get().payload
    assert f"/api/v1/attachments/{uuid}/content" in payload


def test_an_export_tells_of_the_guests_files(api, attachment):
    guest = attachment.participant.guest
    (line,) = api.get(f"guests/{guest.uuid}/export").json()["messages"]
    assert line["attachment"]["id"] == str(attachment.uuid)
