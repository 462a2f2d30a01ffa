"""Rows for somebody outside: one worker each, few tasks, nothing lost, nobody kept waiting."""

from __future__ import annotations

import json
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery.exceptions import Retry
from django.db import connection, transaction
from django.utils import timezone

from accounts.base.redis import get_redis
from rooms.base import broker, slots
from rooms.base.outgoing import queue as outgoing
from rooms.base.outgoing.leases import claim, next_wait_s, settle
from rooms.notifications.queue import CALLS, holder_of
from rooms.notifications.tasks import PLACE_TRIES, send_proof, send_test
from rooms.webhooks import recording
from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.queue import DELIVERIES, QUEUE
from rooms.webhooks.services import create_webhook
from rooms.webhooks.tasks import deliver_due, queue_next
from tests.cast import join, make_owner
from tests.server import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
State = WebhookDelivery.State
EVENTS = ["room.closed"]
NOWHERE = "http://127.0.0.1:1/"


@pytest.fixture(autouse=True)
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.fixture
def endpoint(httpserver):
    httpserver.expect_request("/hook", method="POST").respond_with_data("yes")
    return httpserver


def add_hook(account, url):
    return create_webhook(account=account, url=url, events=EVENTS)[0]


@pytest.fixture
def hook(account, endpoint):
    return add_hook(account, endpoint.url_for("/hook"))


def burst(room, count):
    """So many events, each committed by itself."""
    for number in range(count):
        recording.record("room.closed", room, {"at": number})


def list_tasks():
    """The receivers of the tasks that are queued, first in first."""
    bodies = (json.loads(raw)["body"] for raw in reversed(get_redis().lrange(QUEUE, 0, -1)))
    return [json.loads(b64decode(body))[0][0] for body in bodies]


def work_off():
    """Do what is queued as one worker would, and return whom each task was for."""
    done = []
    while tasks := list_tasks():
        get_redis().rpop(QUEUE)
        deliver_due(tasks[0])
        done.append(tasks[0])
    return done


def drop(row):
    """A worker took the row and died; its lease is over."""
    gone = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=gone)


def in_threads(count, deed):
    def run(_):
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


# --- Claims and leases


def test_workers_at_once_claim_different_rows(hook, room):
    burst(room, 40)
    claimed = in_threads(8, lambda: [claim(WebhookDelivery.objects.all()) for _ in range(5)])
    ids = [pk for some in claimed for pk in some]
    assert sorted(ids) == sorted(WebhookDelivery.objects.values_list("pk", flat=True))
    assert claim(WebhookDelivery.objects.all()) is None


def test_a_row_somebody_else_has_locked_is_left_out_and_not_waited_for(hook, room):
    burst(room, 2)
    first, second = WebhookDelivery.objects.order_by("pk")
    with transaction.atomic():
        WebhookDelivery.objects.select_for_update().get(pk=first.pk)
        assert in_threads(1, lambda: claim(WebhookDelivery.objects.all())) == [second.pk]


def test_rows_are_claimed_in_the_order_in_which_they_are_due(hook, room):
    burst(room, 3)
    early = WebhookDelivery.objects.latest("pk")
    WebhookDelivery.objects.filter(pk=early.pk).update(next_at=early.next_at - timedelta(hours=1))
    later = WebhookDelivery.objects.earliest("pk")
    WebhookDelivery.objects.filter(pk=later.pk).update(next_at=early.next_at + timedelta(hours=1))
    claimed = [claim(WebhookDelivery.objects.all()) for _ in range(3)]
    assert claimed == [early.pk, later.pk + 1, None]


def test_who_comes_back_after_the_lease_changes_nothing(hook, room):
    burst(room, 1)
    row = WebhookDelivery.objects.get(pk=claim(WebhookDelivery.objects.all()))
    drop(row)
    DELIVERIES.take_batch()
    assert not settle(row, State.SENT, tries=1)
    assert WebhookDelivery.objects.get().state == State.WAITING


def test_what_a_dead_worker_dropped_is_found_once_its_lease_is_over(hook, room, settings):
    settings.DELIVERY_LEASE_S = 1
    burst(room, 1)
    row = claim(WebhookDelivery.objects.all())
    assert DELIVERIES.take_batch() == []
    [due] = wait_for(DELIVERIES.take_batch, "the lease to end")
    found = WebhookDelivery.objects.get()
    assert (due.delivery_id, found.state, found.attempts) == (row, State.WAITING, 1)
    assert found.note == "the worker died"


def test_a_row_that_kills_its_workers_is_given_up(hook, room):
    burst(room, 1)
    row = WebhookDelivery.objects.get()
    for _ in range(DELIVERIES.max_tries):
        drop(row)
        DELIVERIES.take_batch()
    assert WebhookDelivery.objects.get().state == State.FAILED


def test_waits_grow_with_jitter_and_end():
    waits = [next_wait_s((5, 30), tries) for tries in (1, 2, 3)]
    assert 5 <= waits[0] <= 6 and 30 <= waits[1] <= 36 and waits[2] is None


# --- Sweeps


def test_sweeps_at_once_share_the_rows(hook, room):
    burst(room, 30)
    batches = in_threads(4, DELIVERIES.take_batch)
    ids = [due.delivery_id for batch in batches for due in batch]
    assert len(ids) == len(set(ids)) == 30


def test_a_sweep_queues_one_task_for_each_receiver(account, room, endpoint):
    hooks = [add_hook(account, endpoint.url_for("/hook")) for _ in range(3)]
    burst(room, 10)
    get_redis().flushdb()
    assert DELIVERIES.queue_due() == 30
    assert sorted(list_tasks()) == [hook.pk for hook in hooks]
    assert DELIVERIES.queue_due() == 0


def test_an_emptied_redis_loses_nothing(hook, room, endpoint):
    burst(room, 5)
    get_redis().flushdb()
    DELIVERIES.queue_due()
    work_off()
    assert WebhookDelivery.objects.filter(state=State.SENT).count() == len(endpoint.log) == 5


# --- Few tasks


def test_a_burst_of_500_events_queues_one_task_and_needs_few(hook, room, endpoint):
    burst(room, 500)
    assert list_tasks() == [hook.pk]
    tasks = work_off()
    assert len(tasks) <= 500 / outgoing.ROUND_ROWS * 2
    assert WebhookDelivery.objects.filter(state=State.SENT, attempts=1).count() == 500
    told = {request.headers["webhook-id"] for request, _ in endpoint.log}
    assert len(told) == len(endpoint.log) == 500


def test_an_event_after_the_task_has_begun_queues_another(hook, room):
    burst(room, 2)
    get_redis().rpop(QUEUE)
    deliver_due(hook.pk)
    burst(room, 2)
    assert list_tasks() == [hook.pk]


def test_a_broker_that_took_nothing_is_told_by_the_next_event(hook, room, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr(broker, "publish", lambda jobs: False)
        burst(room, 1)
    burst(room, 1)
    assert list_tasks() == [hook.pk]


def test_while_all_places_are_taken_a_burst_queues_few_tasks(hook, account, room):
    with slots.place([f"webhook:{account.pk}"], None, queue_next):
        for _ in range(20):
            burst(room, 1)
            work_off()
        assert list_tasks() == []
        assert get_redis().ttl(f"rung:{DELIVERIES.task}:{hook.pk}") > 0
    assert list_tasks() == [hook.pk]
    work_off()
    assert WebhookDelivery.objects.filter(state=State.SENT).count() == 20


def test_an_event_after_one_that_was_put_off_and_done_elsewhere_is_rung(hook, account, room):
    with slots.place([f"webhook:{account.pk}"], None, queue_next):
        burst(room, 1)
        work_off()
        WebhookDelivery.objects.update(state=State.SENT)
    assert list_tasks() == []
    burst(room, 1)
    assert list_tasks() == [hook.pk]


# --- Nobody keeps others waiting


def test_a_receiver_that_had_its_round_queues_behind_others(account, hook, room, endpoint):
    other = make_owner("bertha").memberships.get().account
    hers = add_hook(other, endpoint.url_for("/hook"))
    visit = join(other.links.select_related("account", "property").get())
    burst(room, outgoing.ROUND_ROWS + 10)
    burst(visit.room, 1)
    assert work_off() == [hook.pk, hers.pk, hook.pk]
    assert not WebhookDelivery.objects.exclude(state=State.SENT).exists()


def test_what_takes_long_ends_its_round_early(hook, room, monkeypatch):
    monkeypatch.setattr(outgoing, "ROUND_S", 0.0)
    burst(room, 3)
    assert work_off() == [hook.pk] * 3
    assert WebhookDelivery.objects.filter(state=State.SENT).count() == 3


def test_rows_the_sweep_had_marked_go_on_in_the_next_round(hook, room, monkeypatch):
    monkeypatch.setattr(outgoing, "ROUND_S", 0.0)
    burst(room, 3)
    get_redis().flushdb()
    DELIVERIES.queue_due()
    assert work_off() == [hook.pk] * 3


def test_an_endpoint_that_fails_twice_is_left_to_the_sweep(account, room):
    hook = add_hook(account, NOWHERE)
    burst(room, 5)
    assert work_off() == [hook.pk]
    assert WebhookDelivery.objects.filter(attempts=1).count() == outgoing.FAILURES_A_ROUND
    assert Webhook.objects.get().failing_since is not None
    assert not WebhookDelivery.objects.exclude(lease_until=None).exists()


def test_one_refusal_does_not_hold_up_the_rest(account, room, httpserver):
    httpserver.expect_ordered_request("/hook", method="POST").respond_with_data("no", 500)
    for _ in range(3):
        httpserver.expect_ordered_request("/hook", method="POST").respond_with_data("yes")
    add_hook(account, httpserver.url_for("/hook"))
    burst(room, 4)
    work_off()
    states = WebhookDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.WAITING, State.SENT, State.SENT, State.SENT]


@pytest.mark.parametrize("slots_of_worker", [2, 8])
def test_a_free_place_gets_a_helper(settings, hook, room, slots_of_worker):
    settings.CELERY_WORKER_CONCURRENCY = slots_of_worker
    burst(room, 3)
    get_redis().delete(QUEUE)
    deliver_due(hook.pk)
    assert list_tasks() == [hook.pk] * (slots_of_worker > 2)


# --- What has no row


def ask_again(task, target, retries=0):
    """The task as its worker runs it."""
    facts = {"exchange": "", "routing_key": "notify_slow"}
    task.push_request(
        id="a",
        args=[target.pk],
        kwargs={},
        retries=retries,
        delivery_info=facts,
        called_directly=False,
    )
    try:
        task.run(target.pk)
    finally:
        task.pop_request()


@pytest.mark.parametrize("task", [send_test, send_proof], ids=["test", "proof"])
def test_a_test_and_a_proof_wait_for_a_place_like_a_call(link, account, mailoutbox, task):
    target = account.targets.get()
    target.verified_at = None if task is send_proof else target.verified_at
    target.save()
    with slots.place([holder_of(account.pk)], None, CALLS.queue_next):
        with pytest.raises(Retry):
            ask_again(task, target)
        assert mailoutbox == []
    assert get_redis().llen("notify_slow") == 1
    task(target.pk)
    assert len(mailoutbox) == 1


def test_a_test_that_found_no_place_for_long_says_so(account):
    target = account.targets.get()
    with slots.place([holder_of(account.pk)], None, CALLS.queue_next):
        ask_again(send_test, target, retries=PLACE_TRIES)
    target.refresh_from_db()
    assert target.last_error == "too many calls of this account are under way"


def test_a_test_gives_its_place_back(link, account, mailoutbox):
    for _ in range(2):
        send_test(account.targets.get().pk)
    assert len(mailoutbox) == 2
