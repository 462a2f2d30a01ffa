from __future__ import annotations

import pytest

from accounts.audit.models import AuditEvent
from accounts.team.models import Membership
from accounts.team.services.accounts import resume_account, suspend_account
from accounts.tenants.models import Account
from tests.accounts.conftest import sign_in


def switch_to(browser, account):
    return browser.post(f"/account/switch/{account.uuid}")


@pytest.fixture
def second(alice, charlie):
    """Charlie's account, in which Alice is an agent."""
    account = charlie.memberships.get().account
    Membership.objects.create(account=account, user=alice, role="agent")
    return account


def test_it_shows_usage_against_limits(alices, account):
    Account.objects.filter(pk=account.pk).update(limits={"members": 7})
    assert "1 / 7" in alices.get("/account").content.decode()


def test_switching_changes_the_account(alices, account, second):
    assert "bob" not in alices.get("/team").content.decode()
    switch_to(alices, second)
    assert "charlie@example.com" in alices.get("/team").content.decode()


def test_switching_to_a_strange_account_gets_404(alices, charlie):
    strange = charlie.memberships.get().account
    assert switch_to(alices, strange).status_code == 404
    assert "charlie" not in alices.get("/team").content.decode()


def test_the_role_is_that_of_the_chosen_account(alices, second):
    assert alices.get("/developers").status_code == 200
    switch_to(alices, second)
    assert alices.get("/developers").status_code == 404


def test_another_account_comes_with_property_and_link(alices, alice):
    response = alices.post("/account/new", {"name": "Second"})
    assert response.headers["Location"] == "/welcome"
    account = Account.objects.get(name="Second")
    assert account.memberships.get().user == alice
    assert account.properties.get().links.count() == 1
    assert "Second" in alices.get("/account").content.decode()


def test_managers_rename_the_account(alices, bobs, account):
    alices.post("/account/name", {"name": "New name"})
    assert bobs.post("/account/name", {"name": "Mine"}).status_code == 404
    account.refresh_from_db()
    assert account.name == "New name"


def test_the_language_of_the_person_wins(alices):
    answer = alices.post("/account", {"name": "Alice", "language": "zh-hans"})
    assert answer.cookies["django_language"].value == "zh-hans"
    page = alices.get("/account", headers={"accept-language": "en"})
    assert '<html lang="zh-hans">' in page.content.decode()


def test_the_browser_chooses_for_strangers(client, db):
    page = client.get("/", headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-hans">' in page.content.decode()


def test_closing_names_what_is_lost_and_asks_for_the_name(alices, account, room):
    page = alices.get("/account/delete").content.decode()
    assert "Conversations" in page
    alices.post("/account/delete", {"name": "Something else"})
    account.refresh_from_db()
    assert account.deleted_at is None


def test_closing_ends_links_keys_and_membership(alices, client, account, link):
    alices.post("/account/delete", {"name": account.name})
    account.refresh_from_db()
    assert account.deleted_at is not None
    assert client.get(f"/c/{link.token}").status_code == 410
    assert alices.get("/team").headers["Location"] == "/account/new"
    assert AuditEvent.objects.for_account(account).filter(action="account.deleted").exists()


def test_only_owners_close_an_account(bobs, account):
    assert bobs.get("/account/delete").status_code == 404
    assert bobs.post("/account/delete", {"name": account.name}).status_code == 404


def test_a_suspended_account_shows_one_page_and_the_way_out(alices, account, second):
    suspend_account(account=account)
    response = alices.get("/team")
    assert response.status_code == 403
    page = response.content.decode()
    assert "suspended" in page and f"/account/switch/{second.uuid}" in page
    switch_to(alices, second)
    assert alices.get("/team").status_code == 200
    resume_account(account=account)
    switch_to(alices, account)
    assert alices.get("/team").status_code == 200


def test_another_tenants_name_appears_nowhere(alice, charlie):
    browser = sign_in(charlie)
    for path in ("/team", "/account", "/developers", "/account/delete"):
        assert "Alice" not in browser.get(path).content.decode()
