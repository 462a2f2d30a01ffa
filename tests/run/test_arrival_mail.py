from __future__ import annotations

import json
from contextlib import contextmanager

import httpx
import pytest
import websockets.sync.client

from accounts.base.redis import get_redis
from rooms.base import counters, presence
from rooms.conversations.tickets import TicketClaims, new_connection, sign_ticket
from rooms.notifications.models import Delivery
from tests.arrivals import QUICK, join, wait_for_state
from tests.mailbox import Mailbox, text_of
from tests.server import ServerProcess, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


@pytest.fixture(scope="module")
def box():
    with Mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker, static_files, tmp_path_factory, box):
    """A web server, a worker and beat for all tests that break nothing."""
    env = QUICK | {"EMAIL_URL": box.url}
    with django_db_blocker.unblock():
        site = ServerProcess(tmp_path_factory.mktemp("site"), worker=True, beat=True, env=env)
        site.start()
    yield site
    site.stop()


@pytest.fixture
def site(transactional_db, running, box):
    box.clear()
    return running


@contextmanager
def connect(site, ticket, first):
    """A synced socket: the reply to the first command has come."""
    protocols = ["doorbell.v1", f"ticket.{ticket}"]
    with websockets.sync.client.connect(
        site.ws_url, subprotocols=protocols, origin=site.url
    ) as socket:
        socket.send(json.dumps({"ref": 1} | first))
        read_until(socket, lambda frame: frame.get("ref") == 1)
        yield socket


def read_until(socket, wanted):
    """Return the first frame that is wanted; fail after 20 s of silence."""
    while not wanted(frame := json.loads(socket.recv(timeout=20))):
        pass
    return frame


def test_a_guest_comes_and_the_owner_gets_a_mail(site, box, link):
    room = join(site, link).json()["room"]
    [mail] = wait_for(lambda: box.mails, "the mail")
    assert mail.recipients == ["alice@example.com"]
    assert mail["Subject"] == "Gwen is waiting at Alice's shop"
    assert f"{site.url}/inbox/{room}" in text_of(mail)
    assert wait_for_state(State.SENT).arrival.called_at is not None


def test_the_web_process_tells_what_the_worker_did(site, box, link):
    get_redis().delete(counters.KEY)
    join(site, link)
    told = wait_for(lambda: read_tries(site), "the count")
    assert told == ['doorbell_delivery_tries_total{kind="email",outcome="sent"} 1.0']


def read_tries(site):
    lines = httpx.get(f"{site.url}/metrics", trust_env=False, timeout=30).text.splitlines()
    return [line for line in lines if line.startswith("doorbell_delivery_tries_total")]


def test_the_guest_sees_that_the_owner_was_called(site, box, link):
    box.hold()
    joined = join(site, link).json()
    with connect(site, joined["ticket"], {"kind": "room.sync", "data": {"since": 0}}) as socket:
        box.release()
        frame = read_until(socket, lambda frame: frame.get("event") == "owner.called")
    assert frame["room"] == joined["room"]
    assert frame["data"]["kind"] == "email"
    assert frame["data"]["at"] > 0


def test_an_owner_in_the_inbox_gets_no_mail(site, box, alice, account, link):
    place = alice.memberships.get()
    claims = TicketClaims(str(account.uuid), new_connection(), membership=str(place.uuid))
    with connect(site, sign_ticket(claims), {"kind": "inbox.sync", "data": {}}):
        assert presence.online_now(account)
        join(site, link)
        assert wait_for_state(State.SKIPPED).note == "somebody is at the desk"
    assert box.mails == []


def test_two_page_loads_are_one_visit_and_one_mail(site, box, link):
    first = join(site, link)
    join(site, link, first.cookies)
    wait_for_state(State.SENT)
    join(site, link, first.cookies)
    assert Delivery.objects.count() == 1
    assert len(box.mails) == 1


def test_an_address_that_bounces_is_given_up(site, box, link):
    box.replies = ["550 5.1.1 no such user"]
    join(site, link)
    delivery = wait_for_state(State.FAILED)
    assert delivery.note == "550 5.1.1 no such user"
    assert (delivery.attempts, delivery.target.enabled) == (1, False)
    assert box.mails == []


def test_a_busy_mail_server_gets_the_mail_later(site, box, link):
    box.replies = ["451 4.7.1 try again later"]
    join(site, link)
    assert wait_for_state(State.SENT).attempts == 2
    assert len(box.mails) == 1
