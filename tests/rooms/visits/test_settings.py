"""A setting does something: what a page's script keeps to comes from the server's settings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rooms.arrivals.models import Arrival
from tests.cast import join
from tests.rooms.inbox.test_inbox_page import read_page
from tests.rooms.visits.test_guest_page import config_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(settings):
    settings.PING_INTERVAL_S = 7
    settings.REPLY_TIMEOUT_S = 3
    settings.MESSAGE_MAX_CHARS = 280
    settings.VISIT_GAP_S = 60
    return {"ping_ms": 7000, "reply_ms": 3000, "body_chars": 280}


def test_the_guests_page_is_told(client, link, changed):
    config = config_of(client.get(f"/c/{link.token}"))
    assert config["wire"] == changed
    assert config["visit_ms"] == 60_000


def test_the_inbox_is_told(alice, client, account, changed):
    client.force_login(alice)
    assert read_page(client.get("/inbox"))["wire"] == changed


@pytest.mark.parametrize(("away_s", "arrivals"), [(50, 1), (70, 2)])
def test_who_comes_back_after_the_gap_is_a_new_visit(link, changed, away_s, arrivals):
    guest = join(link).guest
    for arrival in Arrival.objects.all():
        arrival.last_seen_at -= timedelta(seconds=away_s)
        arrival.save()
    join(link, guest_uuid=guest.uuid)
    assert Arrival.objects.count() == arrivals
