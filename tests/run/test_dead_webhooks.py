"""What hangs is its owner's trouble: others are called and told meanwhile, by real workers.

No clock runs beside them, so whatever was put off arrives because a place was given back.
"""

from __future__ import annotations

import pytest

from accounts.base.redis import get_redis
from config.processes import CALLS, OTHERS, QUEUES
from rooms.links.models import DirectLink
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from tests.cast import join, make_owner
from tests.hangers import hang
from tests.mailbox import Mailbox
from tests.server import ServerProcess, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OPEN = {"WEBHOOKS_ALLOW_HTTP": "1", "WEBHOOKS_ALLOW_PRIVATE": "1", "WEBHOOKS_PORTS": ""}
TWO = OPEN | {"WORKER_CONCURRENCY": "2"}
EVENTS = ["guest.arrived"]
State = WebhookDelivery.State


@pytest.fixture(autouse=True)
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.fixture(scope="module")
def box():
    with Mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker, static_files, tmp_path_factory, box):
    """A worker for calls and one for the rest, of two slots each."""
    env = TWO | {"EMAIL_URL": box.url}
    with django_db_blocker.unblock():
        site = ServerProcess(tmp_path_factory.mktemp("site"), worker=[CALLS, OTHERS], env=env)
        site.start()
    yield site
    site.stop()


@pytest.fixture
def site(transactional_db, running, box):
    box.clear()
    yield running
    # The tables are emptied next, and a worker that reads them then locks the other way round.
    wait_for(lambda: is_idle() and is_idle(), "the workers to finish")


def is_idle():
    """Whether the broker has no task, and no worker has one it took from there."""
    pipe = get_redis().pipeline()
    for name in QUEUES:
        pipe.llen(name)
    return not any(pipe.hlen("unacked").execute())


def let_in(name, urls, guests=1):
    """An owner with these webhooks, at whose door so many guests ring."""
    account = make_owner(name).memberships.get().account
    for url in urls:
        create_webhook(account=account, url=url, events=EVENTS)
    link = DirectLink.objects.select_related("account", "property").get(account=account)
    for number in range(guests):
        join(link, f"Guest {number}")
    return account


def check_others_are_served(hangers, box, httpserver):
    """Bertha is called and her program told while every request that hangs still does."""
    wait_for(lambda: sum(hanger.taken for hanger in hangers), "a request that hangs")
    httpserver.expect_request("/bertha", method="POST").respond_with_data("yes")
    let_in("bertha", [httpserver.url_for("/bertha")])
    wait_for(lambda: httpserver.log, "her webhook")
    wait_for(lambda: [m for m in box.mails if m.recipients == ["bertha@example.com"]], "her call")
    assert sum(hanger.ended for hanger in hangers) == 0


@pytest.mark.parametrize("drips", [False, True], ids=["silent", "dripping"])
def test_a_dead_endpoint_delays_nobody_else(site, box, httpserver, drips):
    with hang(drips=drips) as hangers:
        let_in("agnes", [hangers[0].url], guests=6)
        check_others_are_served(hangers, box, httpserver)


def test_neither_do_many_dead_endpoints_of_one_account(site, box, httpserver):
    with hang(4) as hangers:
        let_in("agnes", [hanger.url for hanger in hangers], guests=2)
        check_others_are_served(hangers, box, httpserver)


def test_nor_one_dead_server_of_many_accounts(site, box, httpserver):
    with hang() as hangers:
        for name in ("agnes", "anton", "astrid"):
            let_in(name, [f"{hangers[0].url}/{name}"], guests=2)
        check_others_are_served(hangers, box, httpserver)


def test_calls_ring_while_webhooks_of_several_accounts_hang(site, box):
    with hang(3) as hangers:
        for name, hanger in zip(("agnes", "anton", "astrid"), hangers, strict=True):
            let_in(name, [hanger.url])
        wait_for(lambda: sum(hanger.taken for hanger in hangers) == 2, "both slots to be taken")
        let_in("bertha", [])
        wait_for(lambda: [m for m in box.mails if m.recipients == ["bertha@example.com"]], "a call")
        assert sum(hanger.ended for hanger in hangers) == 0


@pytest.mark.parametrize(("servers", "guests"), [(1, 6), (3, 2)])
def test_what_was_put_off_arrives_once_when_a_place_is_free(site, servers, guests):
    with hang(servers) as hangers:
        let_in("agnes", [hanger.url for hanger in hangers], guests=guests)
        wait_for(lambda: sum(hanger.taken for hanger in hangers), "the first request")
        for hanger in hangers:
            hanger.release()
        sent = WebhookDelivery.objects.filter(state=State.SENT, attempts=1)
        wait_for(lambda: sent.count() == servers * guests, "the last one")
        assert [hanger.taken for hanger in hangers] == [guests] * servers
        assert [hanger.most_at_once for hanger in hangers] == [1] * servers
