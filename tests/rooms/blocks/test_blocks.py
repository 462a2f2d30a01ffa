"""Keeping out a guest, their devices and the ranges of addresses they came from."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.base.errors import Invalid
from rooms.blocks.models import Block, GuestTrace
from rooms.blocks.services import block, end_block, end_due_blocks, forget_traces, unblock
from rooms.conversations.models import Participant
from rooms.guests.models import Guest
from rooms.privacy.services import erase_guest

pytestmark = pytest.mark.django_db
SCHOOL, HOME = "198.51.100.7", "203.0.113.9"


class Browser(Client):
    """A guest's browser somewhere."""

    def __init__(self, address=SCHOOL):
        super().__init__(REMOTE_ADDR=address)

    def join(self, link, nickname=""):
        body = f'{{"nickname": "{nickname}"}}'
        path = f"/c/{link.token}/join"
        return self.post(path, body, content_type="application/json")

    def forget_the_guest(self):
        for name in [name for name in self.cookies if name.startswith("guest_")]:
            del self.cookies[name]


def newest_guest():
    return Guest.objects.order_by("id").last()


@pytest.fixture(autouse=True)
def no_proof(settings):
    """Who comes from where a blocked guest came is not asked for a proof of work here."""
    settings.PROOF_MAX_NUMBER = 0


@pytest.fixture
def eve(link):
    browser = Browser()
    assert browser.join(link, "Eve").status_code == 201
    browser.guest = newest_guest()
    return browser


def test_a_guest_alone_comes_back_under_another_name(eve, link):
    block(guest=eve.guest)
    assert eve.join(link).json()["error"]["code"] == "banned"
    eve.forget_the_guest()
    assert eve.join(link, "Mallory").status_code == 201


def test_a_device_stays_out_under_another_name_and_elsewhere(eve, link):
    block(guest=eve.guest, device=True)
    eve.forget_the_guest()
    eve.defaults["REMOTE_ADDR"] = HOME
    refused = eve.join(link, "Mallory")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "banned")
    assert Browser().join(link).status_code == 201


def test_a_range_of_addresses_keeps_out_who_comes_from_it(eve, link):
    block(guest=eve.guest, network=True)
    assert Browser("198.51.100.200").join(link).status_code == 403
    assert Browser("198.51.101.7").join(link).status_code == 201
    assert Browser(HOME).join(link).status_code == 201


def test_ranges_of_ipv6_are_a_48(link):
    browser = Browser("2001:db8:1:2::3")
    browser.join(link, "Eve")
    block(guest=newest_guest(), network=True)
    assert Browser("2001:db8:1:ffff::9").join(link).status_code == 403
    assert Browser("2001:db8:2::3").join(link).status_code == 201


def test_neighbours_who_are_inside_are_shown_out(eve, link):
    neighbour = Browser("198.51.100.8")
    neighbour.join(link, "Ned")
    place = Participant.objects.get(guest=newest_guest())
    far = Browser(HOME)
    far.join(link, "Flo")
    block(guest=eve.guest, network=True)
    place.refresh_from_db()
    assert place.shown_out_at is not None
    assert Participant.objects.get(guest=newest_guest()).shown_out_at is None
    assert neighbour.join(link).status_code == 403


def test_another_tenant_is_not_concerned(eve, charlie, link):
    block(guest=eve.guest, device=True, network=True)
    theirs = charlie.memberships.get().account.links.get()
    eve.forget_the_guest()
    assert eve.join(theirs).status_code == 201


def test_a_block_ends_by_the_clock(eve, link):
    ends_at = timezone.now() + timedelta(hours=1)
    block(guest=eve.guest, ends_at=ends_at, device=True)
    assert end_due_blocks() == 0
    with time_machine.travel(ends_at + timedelta(seconds=1)):
        assert end_due_blocks() == 2
        assert end_due_blocks() == 0
        assert eve.join(link).status_code == 201
    assert AuditEvent.objects.filter(action="block.ended").count() == 2


def test_ending_one_of_several_leaves_the_others(eve, link):
    blocks = {one.kind: one for one in block(guest=eve.guest, device=True, network=True)}
    end_block(block=Block.objects.get(pk=blocks["guest"].pk))
    assert eve.join(link).status_code == 403
    end_block(block=Block.objects.get(pk=blocks["device"].pk))
    eve.defaults["REMOTE_ADDR"] = HOME
    assert eve.join(link).status_code == 201


def test_unblocking_ends_everything_made_on_their_account(eve, link):
    block(guest=eve.guest, device=True, network=True)
    unblock(guest=eve.guest)
    assert eve.join(link).status_code == 201
    assert not Block.objects.active().exists()


def test_blocking_again_replaces_what_was_said(eve):
    block(guest=eve.guest, reason="Insults", network=True)
    block(guest=eve.guest, reason="Threats")
    assert list(Block.objects.active().values_list("kind", "reason")) == [("guest", "Threats")]


@pytest.mark.parametrize(
    "values", [{"reason": "x" * 201}, {"ends_at": timezone.now() - timedelta(days=1)}]
)
def test_what_cannot_be_is_refused_and_changes_nothing(eve, values):
    with pytest.raises(Invalid):
        block(guest=eve.guest, **values)
    assert not Block.objects.exists()


def test_nothing_readable_rests_and_it_is_forgotten_after_30_days(eve, link):
    trace = GuestTrace.objects.get()
    assert "198.51" not in trace.network
    assert eve.cookies["doorbell_device"].value.partition(":")[0] not in trace.device
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert forget_traces() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert forget_traces() == 1


def test_coming_again_does_not_add_a_trace(eve, link, settings):
    settings.VISIT_GAP_S = 0
    eve.join(link)
    assert GuestTrace.objects.count() == 1


def test_blocks_hold_while_the_secret_key_is_changed(eve, link, settings):
    block(guest=eve.guest, device=True, network=True)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    eve.forget_the_guest()
    assert eve.join(link, "Mallory").status_code == 403
    assert Browser().join(link).status_code == 403


def test_the_device_is_told_to_nobody_else(eve):
    cookie = eve.cookies["doorbell_device"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/c/", "Lax")


def test_an_erased_guest_stays_out_without_a_name(eve, link):
    block(guest=eve.guest, device=True)
    erase_guest(guest=eve.guest)
    assert set(Block.objects.values_list("guest_name", flat=True)) == {""}
    assert eve.join(link).status_code == 403


def test_coming_back_takes_no_statement_more_for_blocks(link, django_assert_num_queries):
    Browser().join(link)
    browser = Browser(HOME)
    browser.join(link)
    with django_assert_num_queries(7):
        assert browser.join(link).status_code == 201
