from __future__ import annotations

import signal

import pytest

from accounts.base.redis import get_redis
from rooms.notifications.models import Delivery
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from tests.arrivals import QUICK, join, wait_for_state
from tests.cast import join as come_in
from tests.hangers import hang
from tests.mailbox import Mailbox
from tests.server import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
State = Delivery.State
OPEN = {"WEBHOOKS_ALLOW_HTTP": "1", "WEBHOOKS_ALLOW_PRIVATE": "1", "WEBHOOKS_PORTS": ""}


@pytest.fixture
def box():
    with Mailbox() as box:
        yield box


def test_a_broker_that_forgot_everything_delays_the_mail_only(server, box, link):
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


def test_the_place_of_a_killed_worker_lapses(server, settings, account, link):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []
    with hang() as [hanger]:
        create_webhook(account=account, url=hanger.url, events=["guest.arrived"])
        site = server(worker=True, beat=True, env=QUICK | OPEN)
        for name in "abcd":
            come_in(link, name)
        wait_for(lambda: hanger.taken, "a request that hangs")
        worker = site.others[0]
        worker.end(signal.SIGKILL)
        hanger.release()
        worker.start()
        sent = WebhookDelivery.objects.filter(state=State.SENT)
        wait_for(lambda: sent.count() == 4, "all of them")
        assert sorted(sent.values_list("attempts", flat=True)) == [1, 1, 1, 2]
