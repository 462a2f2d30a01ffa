"""An owner takes the whole account along: made by a worker, had for a day, by owners alone."""

from __future__ import annotations

import io
import json
import uuid
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.audit.models import AuditEvent
from accounts.keys.services import create_api_key
from accounts.team.models import Membership
from rooms.attachments.services import post_attachment
from rooms.privacy import archive, exports
from rooms.privacy.models import AccountExport
from rooms.tasks import forget_exports, make_exports
from rooms.webhooks.services import create_webhook
from tests.cast import join, show_who
from tests.files_to_send import make_file

PAGE = "/account/exports"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    show_who(client)
    return client


@pytest.fixture
def export(desk, account):
    desk.post(PAGE)
    make_exports()
    return AccountExport.objects.get(account=account)


def open_zip(answer):
    return ZipFile(io.BytesIO(answer.getvalue()))


def read_lines(archive, name):
    return [json.loads(line) for line in archive.read(f"{name}.ndjson").splitlines()]


def send_file(guest):
    return post_attachment(
        sender=guest, upload=make_file(), name="photo.png", client_id=uuid.uuid4(), caption="See?"
    )


@pytest.mark.django_db(transaction=True)
def test_everything_of_the_account_is_in_it_and_nothing_of_others(desk, account, charlie, guest):
    join(charlie.memberships.get().account.properties.get().links.get(), "Carl")
    file = send_file(guest)
    desk.post(PAGE)
    make_exports()
    export = AccountExport.objects.get()
    found = open_zip(desk.get(f"{PAGE}/{export.uuid}"))
    assert [line["body"] for line in read_lines(found, "messages")] == ["See?"]
    assert [line["nickname"] for line in read_lines(found, "guests")] == ["Gwen"]
    assert [line["email"] for line in read_lines(found, "users")] == ["alice@example.com"]
    assert found.read(f"files/{file.uuid}") == make_file().read()
    assert {f"{name}.ndjson" for name in archive.TABLES} < set(found.namelist())


@pytest.mark.django_db
def test_what_opens_something_is_not_in_it(desk, account):
    key, _ = create_api_key(account, "key", "admin")
    hook, secret = create_webhook(account=account, url="https://example.com/")
    desk.post(PAGE)
    make_exports()
    found = open_zip(desk.get(f"{PAGE}/{AccountExport.objects.get().uuid}"))
    text = b"".join(found.read(name) for name in found.namelist()).decode()
    for hidden in (key.digest, hook.secret, secret):
        assert hidden not in text
    assert key.prefix in text and hook.url in text


def test_every_table_of_a_tenant_is_in_it_or_left_out_on_purpose():
    # Ways in, tallies, digests, and itself.
    left_out = {"SignInLink", "LinkUse", "GuestTrace", "AccountExport"}
    tenants = {
        model.__name__
        for app in ("accounts", "rooms", "api")
        for model in apps.get_app_config(app).get_models()
        if any(field.name == "account" for field in model._meta.concrete_fields)
    }
    assert tenants - left_out == {model.__name__ for model in archive.TABLES.values()}


@pytest.mark.django_db(transaction=True)
def test_a_mail_says_where_it_is_and_until_when(export, settings):
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["alice@example.com"], "Your export is ready")
    assert f"{settings.SITE_URL}{PAGE}" in sent.body
    assert export.expires_at - export.finished_at == timedelta(hours=24)


@pytest.mark.django_db
def test_the_page_lists_it_and_the_trail_tells_of_it(desk, account, export):
    assertContains(desk.get("/account"), PAGE)
    assertContains(desk.get(PAGE), f"{PAGE}/{export.uuid}")
    assert desk.get(f"{PAGE}/{export.uuid}").getvalue()
    told = AuditEvent.objects.for_account(account).order_by("id").values_list("action", flat=True)
    assert list(told)[-3:] == [
        "account.export_asked",
        "account.exported",
        "account.export_downloaded",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["admin", "agent", None])
def test_nobody_but_owners_has_it(export, bob, charlie, role):
    if role:
        Membership.objects.filter(user=bob).update(role=role)
    browser = Client()
    browser.force_login(bob if role else charlie)
    assert browser.get(f"{PAGE}/{export.uuid}").status_code == 404
    if role:
        assert browser.get(PAGE).status_code == browser.post(PAGE).status_code == 404
    else:
        assertNotContains(browser.get(PAGE), str(export.uuid))
    assert Client().get(f"{PAGE}/{export.uuid}").status_code == 302


@pytest.mark.django_db
def test_after_a_day_it_is_gone(desk, export):
    place = export.file.name
    assert default_storage.exists(place)
    AccountExport.objects.update(expires_at=timezone.now())
    assert desk.get(f"{PAGE}/{export.uuid}").status_code == 404
    forget_exports()
    assert not default_storage.exists(place)
    assertContains(desk.get(PAGE), "Over")


@pytest.mark.django_db
def test_files_of_removed_accounts_are_swept(account, export, monkeypatch):
    place = export.file.name
    account.delete()
    assert forget_exports() == 0
    monkeypatch.setattr(exports, "LIFETIME", timedelta(0))
    assert forget_exports() == 1
    assert not default_storage.exists(place)


@pytest.mark.django_db
def test_one_at_a_time_and_three_a_day(desk, settings):
    assertRedirects(desk.post(PAGE), PAGE)
    assert desk.post(PAGE).status_code == 409
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "export": "1/60"}
    make_exports()
    assert desk.post(PAGE).status_code == 429


@pytest.mark.django_db
def test_a_dead_workers_export_is_made_by_another(desk):
    desk.post(PAGE)
    exports._begin()
    make_exports()
    assert AccountExport.objects.get().state == "running"
    AccountExport.objects.update(started_at=timezone.now() - timedelta(minutes=7))
    make_exports()
    assert AccountExport.objects.get().state == "ready"


@pytest.mark.django_db
def test_what_fails_again_and_again_is_given_up(desk):
    desk.post(PAGE)
    AccountExport.objects.update(tries=3)
    make_exports()
    assert AccountExport.objects.get().state == "failed"
    assertContains(desk.get(PAGE), "Failed")


@pytest.mark.django_db
def test_long_tables_are_read_page_by_page(desk, link, export, monkeypatch):
    monkeypatch.setattr(archive, "PAGE_ROWS", 2)
    for name in ("Ann", "Ben", "Cid", "Dan", "Eve"):
        join(link, name)
    desk.post(PAGE)
    make_exports()
    newest = AccountExport.objects.order_by("pk").last()
    found = open_zip(desk.get(f"{PAGE}/{newest.uuid}"))
    assert len(read_lines(found, "guests")) == 5
