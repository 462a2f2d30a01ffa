"""A readable address can be guessed: strangers learn nothing of one that leads nowhere any more."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from rooms.links.services.links import create_link, revoke_link
from rooms.properties.models import Property

pytestmark = pytest.mark.django_db
SLUG = "front-desk"


@pytest.fixture
def desk(property):
    return create_link(property=property, slug=SLUG)


def end_revoked(desk):
    revoke_link(link=desk)


def end_expired(desk):
    desk.expires_at = timezone.now()
    desk.save()


def end_archived(desk):
    Property.objects.update(archived_at=timezone.now())


def end_suspended(desk):
    desk.account.status = "suspended"
    desk.account.save()


def end_deleted(desk):
    desk.account.deleted_at = timezone.now()
    desk.account.save()


ENDS = [end_revoked, end_expired, end_archived, end_suspended, end_deleted]


def ask(client, address):
    """What every public address of the link answers, without what differs each time."""
    body = json.dumps({})
    answers = [
        client.get(f"/c/{address}"),
        client.post(f"/c/{address}/join", body, content_type="application/json"),
        client.get(f"/c/{address}/data"),
        client.get(f"/c/{address}/qr.svg"),
        client.get(f"/c/{address}/files/5b0c9c1e-2f6a-4bb5-8a3c-7f3f6a1d0e55"),
    ]
    return [(answer.status_code, describe(answer)) for answer in answers]


def describe(answer):
    if "json" not in answer["Content-Type"]:
        return answer.content
    return {name: value for name, value in answer.json().items() if name != "trace_id"}


@pytest.mark.parametrize("end", ENDS)
def test_to_a_stranger_it_never_was(desk, end):
    end(desk)
    assert ask(Client(), SLUG) == ask(Client(), "never-was")


@pytest.mark.parametrize("end", ENDS)
def test_who_has_been_here_reads_that_it_is_over(desk, end):
    browser = Client()
    assert browser.get(f"/c/{SLUG}").status_code == 200
    joined = browser.post(f"/c/{SLUG}/join", "{}", content_type="application/json")
    assert joined.status_code == 201
    end(desk)
    assert browser.get(f"/c/{SLUG}").status_code == 410


def test_an_address_that_nobody_guesses_says_that_it_is_over(desk):
    revoke_link(link=desk)
    assert Client().get(f"/c/{desk.token}").status_code == 410
