"""A guest sees, takes along and erases what is kept about them, from the page itself."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.audit.models import AuditEvent
from rooms.arrivals.models import Arrival
from rooms.blocks.services import block
from rooms.conversations.models import Message, Participant
from rooms.conversations.services.messages import post_message, sender_of
from rooms.guests.models import Guest
from rooms.links.services.links import revoke_link
from rooms.privacy import transcript
from tests import cast
from tests.rooms.attachments.test_attachments import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def gwen(link):
    browser = enter(link)
    say(Participant.objects.get(guest__nickname="Gwen"), "Is <b>it</b> in stock?")
    return browser


@pytest.fixture
def answered(gwen, alice):
    room = Participant.objects.get(guest__nickname="Gwen").room
    say(cast.enter(alice, room), "It is.")
    return gwen


def say(participant, body):
    post_message(sender=sender_of(participant), client_id=uuid.uuid4(), body=body)


def at(link, rest=""):
    return f"/c/{link.token}/data{rest}"


def test_the_page_leads_to_the_guests_data(client, link):
    assertContains(client.get(f"/c/{link.token}"), f'href="{at(link)}"')


def test_it_counts_what_is_kept(gwen, link, django_assert_num_queries):
    with django_assert_num_queries(7):
        page = gwen.get(at(link))
    assertContains(page, "Gwen")
    assertContains(page, '<dt>Messages</dt><dd class="num">1</dd>', html=True)
    assert page["Cache-Control"] == "no-store"


def test_who_was_never_here_is_told_so(client, link):
    assertContains(client.get(at(link)), "Nothing is kept about you here")
    assert client.get(at(link, "/conversation.txt")).status_code == 404
    assert client.get("/c/nosuchlink1/data").status_code == 404


def test_the_cookie_of_another_tenants_guest_opens_nothing(gwen, charlie):
    theirs = charlie.memberships.get().account.properties.get().links.get()
    enter(theirs, "Carl")
    assertNotContains(gwen.get(at(theirs)), "Carl")
    assert gwen.get(at(theirs, "/conversation.txt")).status_code == 404


def test_another_guest_of_the_link_reads_their_own_room_only(gwen, link):
    assertNotContains(enter(link, "Hal").get(at(link, "/conversation.txt")), "stock")


@pytest.mark.parametrize(
    ("ending", "kind", "line"),
    [("txt", "text/plain", "Gwen: Is <b>it</b>"), ("html", "text/html", "&lt;b&gt;it&lt;/b&gt;")],
)
def test_the_conversation_is_taken_along(answered, link, ending, kind, line):
    answer = answered.get(at(link, f"/conversation.{ending}"))
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    expected = f'attachment; filename="conversation.{ending}"'
    assert (answer["Content-Disposition"], answer["Cache-Control"]) == (expected, "no-store")
    assertContains(answer, line)
    assertContains(answer, "It is.")


def test_a_very_long_one_leaves_out_its_beginning_and_says_so(gwen, link, monkeypatch):
    monkeypatch.setattr(transcript, "MAX_CHARS", 30)
    monkeypatch.setattr(transcript, "PAGE_MESSAGES", 2)
    guest = Participant.objects.get()
    for body in ("first", "second", "third"):
        say(guest, body)
    answer = gwen.get(at(link, "/conversation.txt"))
    assertContains(answer, "Older messages are left out.")
    assertContains(answer, "first")
    assertNotContains(answer, "stock")


def test_it_is_mailed_once_somebody_has_answered(answered, link):
    answer = answered.post(at(link, "/send"), {"email": "Gwen@Example.com"})
    assertRedirects(answer, at(link, "?sent"))
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["gwen@example.com"], "Your conversation")
    assert "stock" not in sent.body + str(sent.alternatives)
    assert [name for name, _, _ in sent.attachments] == ["conversation.txt", "conversation.html"]
    assert "It is." in sent.attachments[0][1]


def test_unanswered_it_is_no_way_to_write_to_anybody(gwen, link):
    assertNotContains(gwen.get(at(link)), "Send it there")
    assert gwen.post(at(link, "/send"), {"email": "victim@example.com"}).status_code == 409
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["", "x", "a@b.org\nBcc: c@d.org", "a@b.org, c@d.org"])
def test_a_wrong_address_is_said_beside_the_field(answered, link, email):
    page = answered.post(at(link, "/send"), {"email": email})
    assertContains(page, "errorlist", status_code=422)
    assert mail.outbox == []


def test_mails_are_limited_per_guest_receiver_and_link(answered, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "transcript": "1/60"}
    assert answered.post(at(link, "/send"), {"email": "a@example.com"}).status_code == 302
    refused = answered.post(at(link, "/send"), {"email": "b@example.com"})
    assert (refused.status_code, len(mail.outbox)) == (429, 1)
    assert int(refused["Retry-After"]) > 0


def test_looking_is_limited_per_address(gwen, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "guest_data": "1/60"}
    assert [gwen.get(at(link)).status_code for _ in range(2)] == [200, 429]


def test_erasing_asks_once_more(gwen, link):
    page = gwen.post(at(link, "/erase"), {})
    assertContains(page, "Tick the box", status_code=422)
    assert Guest.objects.exists()


def test_everything_is_erased_and_the_cookie_too(gwen, link):
    page = gwen.post(at(link, "/erase"), {"confirm": "on"})
    assertContains(page, "Everything about you is erased.")
    assert not Guest.objects.exists() and not Arrival.objects.exists()
    assert Message.objects.get().body == ""
    assert not any(cookie.value for cookie in gwen.cookies.values())
    assert AuditEvent.objects.filter(action="guest.erased", actor="system").count() == 1
    assertContains(gwen.post(at(link, "/erase"), {"confirm": "on"}), "is erased")


@pytest.mark.parametrize("device", [False, True])
def test_a_device_that_is_kept_out_stays_out(gwen, link, device):
    block(guest=Guest.objects.get(), device=device)
    gwen.post(at(link, "/erase"), {"confirm": "on"})
    kept = [name for name, cookie in gwen.cookies.items() if cookie.value]
    assert kept == (["doorbell_device"] if device else [])
    again = gwen.post(f"/c/{link.token}/join", "{}", content_type="application/json")
    assert again.status_code == (403 if device else 201)


@pytest.mark.parametrize("deed", ["/erase", "/send"])
@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_another_site_cannot_do_it_for_them(answered, link, deed, headers):
    facts = {"confirm": "on", "email": "a@example.com"}
    assert answered.post(at(link, deed), facts, headers=headers).status_code == 403
    assert Guest.objects.exists() and mail.outbox == []


@pytest.mark.parametrize("deed", ["/erase", "/send"])
def test_deeds_are_posts(client, link, deed):
    assert client.get(at(link, deed)).status_code == 405


def test_who_came_by_a_link_that_ended_still_gets_it(gwen, link):
    revoke_link(link=link)
    assert gwen.get(f"/c/{link.token}").status_code == 410
    assertContains(gwen.get(at(link, "/conversation.txt")), "stock")
    assert gwen.post(at(link, "/erase"), {"confirm": "on"}).status_code == 200
    assert not Guest.objects.exists()


def test_a_forged_cookie_is_nobody(gwen, link):
    [name] = (name for name in gwen.cookies if name != "doorbell_device")
    forger = Client()
    forger.cookies[name] = f"{Guest.objects.get().uuid.hex}:forged"
    assertContains(forger.get(at(link)), "Nothing is kept about you here")
