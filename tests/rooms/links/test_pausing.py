"""A link or a property is paused: who has been here may come back, nobody else comes in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit.models import AuditEvent
from rooms.links.errors import LinkGone
from rooms.links.services.links import update_link
from rooms.properties.services import update_property
from tests.api.conftest import make_api
from tests.cast import join

pytestmark = pytest.mark.django_db


def pause(link, what, paused=True):
    if what == "link":
        update_link(link=link, paused=paused)
    else:
        update_property(property=link.property, paused=paused)


@pytest.mark.parametrize("what", ["link", "property"])
def test_who_has_been_here_may_come_back_and_nobody_else_comes_in(link, what):
    known = join(link, "Gwen")
    pause(link, what)
    with pytest.raises(LinkGone):
        join(link, "Eve")
    assert join(link, guest_uuid=known.guest.uuid).room == known.room
    pause(link, what, paused=False)
    assert join(link, "Eve").room != known.room


@pytest.mark.parametrize("what", ["link", "property"])
def test_the_page_gives_strangers_no_reason(client, link, what):
    address = f"/c/{link.token}"
    client.post(f"{address}/join", "{}", content_type="application/json")
    pause(link, what)
    assert client.get(address).status_code == 200
    refused = Client().get(address)
    assert refused.status_code == 410
    assert "pause" not in refused.content.decode().lower()


@pytest.mark.parametrize("name", ["link_pause", "property_pause"])
def test_a_click_pauses_and_another_opens_again(client, alice, link, name):
    client.force_login(alice)
    row = link if name == "link_pause" else link.property
    address = reverse(f"rooms:{name}", args=[row.uuid])
    for value in ("1", ""):
        page = client.post(address, {"paused": value}, follow=True).content.decode()
        row.refresh_from_db()
        assert row.paused is bool(value)
        assert ("Let guests in again" in page) is bool(value)
    assert AuditEvent.objects.filter(data__fields=["paused"]).count() == 2


@pytest.mark.parametrize("name", ["link_pause", "property_pause"])
def test_another_tenant_finds_nothing_to_pause(client, bob, link, name):
    client.force_login(bob)
    row = link if name == "link_pause" else link.property
    assert client.post(reverse(f"rooms:{name}", args=[row.uuid])).status_code == 404


def test_programs_pause_as_well(account, link):
    api = make_api(account, "write")
    for address in (f"links/{link.uuid}", f"properties/{link.property.uuid}"):
        assert api.patch(address, {"paused": True}).json()["paused_at"] is not None
        assert api.patch(address, {"paused": False}).json()["paused_at"] is None
