"""Every page: without a session, with another tenant's ids, as an agent, without a CSRF token."""

from __future__ import annotations

from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from rooms.privacy.models import AccountExport
from tests.api.conftest import api, attachment, hers  # noqa: F401
from tests.api.requests.test_isolation import count_rows
from tests.cast import show_who
from tests.security.walk import list_pages

pytestmark = pytest.mark.django_db
PAGES = list_pages()
WITH_ID = [page for page in PAGES if page.parameters]
# Which of Alice's things an address is about: the longest beginning of its name counts.
THINGS = {
    "rooms:room": "rooms",
    "rooms:file": "attachments",
    "rooms:block": "blocks",
    "rooms:guest_block": "guests",
    "rooms:property": "properties",
    "rooms:links": "properties",
    "rooms:link_new": "properties",
    "rooms:link": "links",
    "rooms:target": "targets",
    "rooms:webhook": "webhooks",
    "rooms:webhook_delivery": "webhook-deliveries",
    "rooms:export": "exports",
    "accounts:key": "api-keys",
    "accounts:invitation": "invitations",
    "accounts:member": "members",
    "accounts:restore": "accounts",
    "accounts:switch": "accounts",
    "accounts:session": "sessions",
}
# Found by their own account alone, and refused otherwise as if nothing were there.
NOWHERE = (404, 405)
# What agents do in an account; everything else does not exist for them.
AGENTS = {
    "accounts:account",
    "accounts:closed",
    "accounts:mfa",
    "accounts:password_set",
    "accounts:sessions",
    "accounts:sessions_end",
    "accounts:switch",
    "accounts:team",
    "rooms:block_end",
    "rooms:blocks",
    "rooms:file",
    "rooms:guest_block",
    "rooms:inbox",
    "rooms:links",
    "rooms:links_csv",
    "rooms:new_account",
    "rooms:notifications",
    "rooms:properties",
    "rooms:room",
    "rooms:room_close",
    "rooms:room_details",
    "rooms:room_files",
    "rooms:room_release",
    "rooms:room_reopen",
    "rooms:target_add",
    "rooms:duty",
    "rooms:welcome",
}


@pytest.fixture
def things(hers, alice, account):  # noqa: F811
    """One of Alice's for every kind of page."""
    export = AccountExport.objects.create(account=account, asked_by=alice)
    Client().force_login(alice)
    session = UserSession.objects.create(
        user=alice, ip="192.0.2.1", user_agent="", session_key="x" * 32
    )
    return {**hers, "exports": export, "accounts": account, "sessions": session}


def url_of(page, things):
    """The page of Alice's thing."""
    begin = max((name for name in THINGS if page.name.startswith(name)), key=len, default=None)
    if not page.parameters:
        return page.url()
    thing = things[THINGS[begin]]
    ids = {"int": thing.pk, "uuid": getattr(thing, "uuid", None)}
    return page.url(**{name: ids[kind] for name, kind in page.parameters.items()})


def sign_in(user, **options):
    """Somebody who has just shown that it is them."""
    client = Client(**options)
    client.force_login(user)
    show_who(client)
    return client


def ask(client, url):
    """How reading and writing are answered."""
    return [client.get(url), client.post(url, {"confirm": "x"})]


def test_the_walk_finds_the_pages():
    assert len(PAGES) > 50
    assert len(WITH_ID) > 30


def test_without_a_session_everybody_is_sent_to_sign_in(things):
    before = count_rows()
    for page in PAGES:
        for answer in ask(Client(), url_of(page, things)):
            goes_to = answer.headers.get("Location", "")
            assert answer.status_code == 405 or "/accounts/login/" in goes_to, page
    assert count_rows() == before


@pytest.mark.parametrize("page", WITH_ID, ids=lambda page: page.name)
def test_another_tenant_finds_nothing(page, things, charlie):
    codes = [answer.status_code for answer in ask(sign_in(charlie), url_of(page, things))]
    assert 404 in codes
    assert set(codes) <= set(NOWHERE)


def test_what_is_not_there_looks_the_same(things, charlie):
    client = sign_in(charlie)
    for page in WITH_ID:
        kinds = page.parameters
        theirs = url_of(page, things)
        nothing = page.url(**{name: 10**9 if kinds[name] == "int" else uuid4() for name in kinds})
        for one, other in zip(ask(client, theirs), ask(client, nothing), strict=True):
            assert one.status_code == other.status_code, page


def test_to_an_agent_the_managers_pages_do_not_exist(things, bob):
    allowed = set()
    for page in PAGES:
        codes = {answer.status_code for answer in ask(sign_in(bob), url_of(page, things))}
        if not codes <= set(NOWHERE):
            allowed.add(page.name)
    assert allowed == AGENTS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_form_is_taken_from_another_site(page, things, alice):
    client = sign_in(alice, enforce_csrf_checks=True)
    before = count_rows()
    answer = client.post(url_of(page, things), {"name": "x"})
    assert answer.status_code in (403, 405)
    assert count_rows() == before
