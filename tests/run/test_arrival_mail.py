from __future__ import annotations

import asyncio
import json
import signal

import httpx
import pytest
import websockets

from accounts.redis import get_redis
from rooms import presence
from rooms.models import Delivery
from rooms.tokens import Pass, new_connection, sign_ticket
from tests.mailbox import Mailbox, text_of
from tests.server import ServerProcess, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
QUICK = {"SWEEP_INTERVAL_S": "1", "DELIVERY_LEASE_S": "3"}


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


def join(site, link, cookies=None, nickname="Gwen"):
    """Come in as a browser does."""
    answer = httpx.post(
        f"{site.url}/c/{link.address}/join",
        json={"nickname": nickname},
        headers={"Origin": site.url},
        cookies=cookies,
    )
    assert answer.status_code == 201, answer.text
    return answer


def connect(site, ticket):
    protocols = ["doorbell.v1", f"ticket.{ticket}"]
    return websockets.connect(site.ws_url, subprotocols=protocols, origin=site.url)


def wait_for_state(state):
    return wait_for(lambda: Delivery.objects.filter(state=state).first(), f"a delivery {state}")


def test_a_guest_comes_and_the_owner_gets_a_mail(site, box, link):
    room = join(site, link).json()["room"]
    [mail] = wait_for(lambda: box.mails, "the mail")
    assert mail.recipients == ["alice@example.com"]
    assert mail["Subject"] == "Gwen is waiting at Alice's shop"
    assert f"{site.url}/inbox/{room}" in text_of(mail)
    assert wait_for_state(State.SENT).arrival.called_at is not None


async def read_until(socket, event):
    async for text in socket:
        frame = json.loads(text)
        if frame.get("event") == event:
            return frame


def test_the_guest_sees_that_the_owner_was_called(site, box, link):
    async def watch(ticket):
        async with connect(site, ticket) as socket:
            await socket.send(json.dumps({"ref": 1, "kind": "room.sync", "data": {"since": 0}}))
            while json.loads(await socket.recv()).get("ref") != 1:
                pass
            box.release()
            return await asyncio.wait_for(read_until(socket, "owner.called"), 20)

    box.hold()
    joined = join(site, link).json()
    frame = asyncio.run(watch(joined["ticket"]))
    assert frame["room"] == joined["room"]
    assert frame["data"]["kind"] == "email"
    assert frame["data"]["at"] > 0


def test_an_owner_in_the_inbox_gets_no_mail(site, box, alice, account, link):
    place = alice.memberships.get()
    entry = Pass(str(account.uuid), new_connection(), membership=str(place.uuid))

    async def sit():
        async with connect(site, sign_ticket(entry)):
            await asyncio.to_thread(wait_for, lambda: presence.online_now(account), "presence")
            await asyncio.to_thread(join, site, link)
            return await asyncio.to_thread(wait_for_state, State.SKIPPED)

    assert asyncio.run(sit()).note == "somebody is at the desk"
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


def test_a_broker_that_forgot_everything_delays_the_mail_only(server, box, link):
    box.clear()
    env = QUICK | {"EMAIL_URL": box.url}
    site = server(env=env)
    join(site, link)
    get_redis().flushall()
    server(worker=True, beat=True, env=env)
    wait_for_state(State.SENT)
    assert len(box.mails) == 1


def test_a_join_works_while_the_broker_is_away(server, link):
    site = server(env=QUICK | {"CELERY_BROKER_URL": "redis://127.0.0.1:1"})
    join(site, link)
    assert Delivery.objects.get().state == State.WAITING


def test_a_worker_killed_in_the_middle_costs_no_mail(server, box, link):
    box.clear()
    box.hold()
    site = server(worker=True, beat=True, env=QUICK | {"EMAIL_URL": box.url})
    join(site, link)
    wait_for(lambda: box.waiting, "a mail half sent")
    worker = site.others[0]
    worker.end(signal.SIGKILL)
    box.release()
    worker.start()
    assert wait_for_state(State.SENT).attempts == 2
    assert len(box.mails) == 1
