"""The line below the conversation: by writing a guest agrees, and when and to what is kept."""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import IntegrityError, transaction
from pytest_django.asserts import assertContains, assertNotContains

from accounts.base.errors import Invalid
from rooms.conversations.models import Participant
from rooms.conversations.services.messages import post_message, sender_of
from rooms.properties.models import Property
from rooms.properties.services import update_property
from tests.rooms.visits.test_guest_page import config_of

pytestmark = pytest.mark.django_db
NOTICE = "https://example.com/privacy"


@pytest.fixture
def asking(property):
    return update_property(property=property, privacy_url=NOTICE, consent=True)


def join(client, link, **said):
    return client.post(f"/c/{link.token}/join", json.dumps(said), content_type="application/json")


def write(participant):
    participant = Participant.objects.select_related("room__property").get(pk=participant.pk)
    post_message(sender=sender_of(participant), client_id=uuid.uuid4(), body="Hi")


def test_the_page_shows_the_line_and_says_which_it_was(client, link, asking):
    page = client.get(f"/c/{link.token}")
    assertContains(page, "By writing here you agree to the")
    assertContains(page, f'href="{NOTICE}"')
    assert config_of(page)["consent"] == "1"


def test_the_line_speaks_the_languages_of_the_page(client, link, asking):
    page = client.get(f"/c/{link.token}", headers={"accept-language": "zh-CN"})
    assertContains(page, "隐私声明")


def test_without_it_the_notice_is_only_a_link_or_nothing(client, link, property):
    assertNotContains(client.get(f"/c/{link.token}"), "rivacy")
    update_property(property=property, privacy_url=NOTICE)
    page = client.get(f"/c/{link.token}")
    assertContains(page, NOTICE)
    assertNotContains(page, "you agree")
    assert config_of(page)["consent"] == ""


def test_the_first_message_below_the_line_notes_version_and_time(client, link, asking):
    assert join(client, link, consent="1").status_code == 201
    guest = Participant.objects.get()
    assert (guest.consent_version, guest.consented_at) == (1, None)
    write(guest)
    guest.refresh_from_db()
    first = guest.consented_at
    assert first is not None
    write(guest)
    guest.refresh_from_db()
    assert guest.consented_at == first


def test_a_new_notice_is_agreed_to_anew(client, link, asking):
    join(client, link, consent="1")
    write(Participant.objects.get())
    update_property(property=asking, privacy_url=f"{NOTICE}/2")
    assert asking.consent_version == 2
    join(client, link, consent="2")
    guest = Participant.objects.get()
    assert (guest.consent_version, guest.consented_at) == (2, None)
    write(guest)
    guest.refresh_from_db()
    assert guest.consented_at is not None


def test_where_nothing_is_stored_coming_in_below_the_line_counts(client, link, asking):
    update_property(property=asking, storage="none")
    join(client, link, consent="1")
    assert Participant.objects.get().consented_at is not None


@pytest.mark.parametrize("said", [{}, {"consent": "2"}])
def test_who_was_not_shown_it_has_not_agreed(client, link, asking, said):
    assert join(client, link, **said).status_code == 201
    write(Participant.objects.get())
    guest = Participant.objects.get()
    assert (guest.consent_version, guest.consented_at) == (0, None)


@pytest.mark.parametrize("said", ["-1", "x", "١", "1234567890", 1])
def test_what_is_no_version_is_refused(client, link, asking, said):
    assert join(client, link, consent=said).status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "javascript:alert(1)",
        "https://user:pass@example.com/",
        "https://",
        "example.com",
        "https://example.com/\u202e",
        "https://example.com/" + "x" * 300,
    ],
)
def test_the_notice_is_a_web_address_by_https(property, url):
    with pytest.raises(Invalid) as refused:
        update_property(property=property, privacy_url=url)
    assert refused.value.field == "privacy_url"


def test_nobody_agrees_to_nothing(property):
    with pytest.raises(Invalid):
        update_property(property=property, consent=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Property.objects.update(consent=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Property.objects.update(privacy_url="http://example.com")
