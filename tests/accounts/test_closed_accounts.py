"""A closed account can be had back by its owners for fourteen days; they are told until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.audit.models import AuditEvent
from accounts.tasks import remove_closed_accounts
from accounts.tenants.models import Account
from tests.accounts.conftest import sign_in


@pytest.fixture
def closed(alices, account):
    alices.post("/account/delete", {"name": account.name})
    account.refresh_from_db()
    return account


def test_there_are_fourteen_days(closed):
    assert settings.ACCOUNT_GRACE_DAYS == 14
    assert closed.removal_at == closed.deleted_at + timedelta(days=14)


def test_the_page_before_says_so(alices, account):
    assertContains(alices.get("/account/delete"), "For 14 days you may have it back.")


def test_owners_are_told_until_when_and_where(bob, closed):
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["alice@example.com"], "Your account is closed")
    assert f"{settings.SITE_URL}/account/closed" in sent.body
    assert f"{closed.removal_at.day}" in sent.body and closed.name in sent.body


def test_a_mail_server_that_is_away_does_not_keep_it_open(alices, account, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assertRedirects(alices.post("/account/delete", {"name": account.name}), "/account/closed")


def test_an_owner_restores_it(alices, closed, link, client):
    assertContains(alices.get("/account/closed"), closed.name)
    assertRedirects(alices.post(f"/account/closed/{closed.uuid}/restore"), "/account")
    closed.refresh_from_db()
    assert closed.deleted_at is None
    assert client.get(f"/c/{link.token}").status_code == 200
    assert AuditEvent.objects.filter(action="account.restored").count() == 1
    assertContains(alices.get("/account/closed"), "None of your accounts is closed.")


def test_nobody_else_sees_or_restores_it(bob, charlie, client, closed):
    path = f"/account/closed/{closed.uuid}/restore"
    for user in (bob, charlie):
        browser = sign_in(user)
        assertNotContains(browser.get("/account/closed"), closed.name)
        assert browser.post(path).status_code == 404
    assert client.post(path).status_code == 302
    assert Account.objects.exclude(deleted_at=None).count() == 1


def test_after_its_days_it_is_gone(alices, closed):
    over = timezone.now() - timedelta(days=14, seconds=1)
    Account.objects.filter(pk=closed.pk).update(deleted_at=over)
    assert remove_closed_accounts() == 1
    assert alices.post(f"/account/closed/{closed.uuid}/restore").status_code == 404
