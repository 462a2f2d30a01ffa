"""Nobody has more than half of a worker's slots; who is put off keeps its turn."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from redis import Redis

from accounts.base.redis import get_redis
from rooms.base import slots
from rooms.notifications import tasks as calls
from rooms.notifications.models import Delivery
from rooms.webhooks import sweep, tasks
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from tests.cast import join
from tests.server import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
State = WebhookDelivery.State


@pytest.fixture(autouse=True)
def open_house(settings):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.fixture
def called():
    """Whom those who gave a place back called, and for how many places."""
    return []


@pytest.fixture
def ask(called):
    """ask("a", "b") takes a place at these holders within `with`."""

    def call(waiter, free):
        called.append((waiter, free))
        return True

    def take(*holders, waiter=1, **options):
        return slots.place(list(holders), waiter, call, **options)

    return take


@pytest.mark.parametrize(("slots_of_worker", "places"), [(1, 1), (2, 1), (3, 1), (4, 2), (9, 4)])
def test_a_holder_has_half_of_the_slots_and_one_at_least(settings, ask, slots_of_worker, places):
    settings.CELERY_WORKER_CONCURRENCY = slots_of_worker
    with ExitStack() as stack:
        got = [stack.enter_context(ask("a")) for _ in range(slots_of_worker + 1)]
        assert got.count(True) == places
        assert stack.enter_context(ask("b"))


def test_one_full_holder_is_enough_and_the_other_loses_nothing(ask):
    with ask("account 1", "server"), ask("account 2", "server") as second:
        assert not second
        with ask("account 2", "another server") as third:
            assert third


def test_whoever_gives_a_place_back_calls_who_was_put_off_first(ask, called):
    with ask("a", waiter=1):
        for waiter in (7, 8, 7):
            with ask("a", waiter=waiter) as has_place:
                assert not has_place
    assert called == [(7, 1)]
    with ask("a", waiter=1):
        pass
    assert called == [(7, 1), (8, 1)]


def test_nobody_is_called_for_a_row_that_is_left_to_the_sweep(ask, called):
    with ask("a"), ask("a", waiter=None):
        pass
    assert called == []


def test_the_place_of_a_dead_worker_lapses(settings, ask):
    settings.DELIVERY_LEASE_S = 1
    dead = ask("a")
    assert dead.__enter__()
    with ask("a") as too_soon:
        assert not too_soon

    def try_again():
        with ask("a") as has_place:
            return has_place

    wait_for(try_again, "the place to lapse")


def test_with_redis_away_everybody_has_a_place(monkeypatch, ask):
    away = Redis.from_url("redis://127.0.0.1:1")
    monkeypatch.setattr(slots, "get_redis", lambda: away)
    slots._script.cache_clear()
    try:
        with ask("a") as first, ask("a") as second:
            assert first and second
    finally:
        slots._script.cache_clear()


def test_a_webhook_put_off_waits_without_a_try_and_is_queued_next(account, link, httpserver):
    httpserver.expect_request("/hook", method="POST").respond_with_data("yes")
    hook, _ = create_webhook(account=account, url=httpserver.url_for("/hook"))
    join(link)
    delivery = WebhookDelivery.objects.get(event="guest.arrived")
    assert delivery.pk in sweep.take_batch()
    get_redis().delete("webhook")
    with slots.place([f"webhook:{account.pk}"], None, tasks.queue_next):
        tasks.deliver(delivery.pk)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts, delivery.lease_until) == ("waiting", 0, None)
    assert get_redis().llen("webhook") == 1
    tasks.deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 1)


def test_a_failing_endpoint_is_not_called_but_left_to_the_sweep(account, link):
    hook, _ = create_webhook(account=account, url="http://127.0.0.1:1/")
    for name in "abc":
        join(link, name)
    first, second, _ = WebhookDelivery.objects.filter(event="guest.arrived").order_by("pk")
    get_redis().delete("webhook")
    with slots.place([f"webhook:{account.pk}"], None, tasks.queue_next):
        tasks.deliver(second.pk)
    assert get_redis().llen("webhook") == 1
    get_redis().delete("webhook")
    tasks.deliver(first.pk)
    assert get_redis().llen("webhook") == 0


def test_of_a_long_backlog_the_sweep_queues_some_and_each_try_the_next(
    account, link, httpserver, monkeypatch
):
    monkeypatch.setattr(sweep, "ENDPOINT_ROWS", 2)
    httpserver.expect_request("/hook", method="POST").respond_with_data("yes")
    url, events = httpserver.url_for("/hook"), ["guest.arrived"]
    create_webhook(account=account, url=url, events=events)
    for name in "abcd":
        join(link, name)
    ids = list(WebhookDelivery.objects.order_by("pk").values_list("pk", flat=True))
    assert sweep.take_batch() == ids[:2]
    assert sweep.take_batch() == []
    get_redis().delete("webhook")
    tasks.deliver(ids[0])
    assert get_redis().llen("webhook") == 1
    assert WebhookDelivery.objects.get(pk=ids[2]).lease_until is not None


def test_calls_of_one_account_have_half_of_the_slots_too(account, link, mailoutbox):
    join(link)
    delivery = Delivery.objects.get()
    get_redis().delete("notify_slow")
    with slots.place([f"call:{account.pk}"], None, calls.queue_next):
        calls.deliver(delivery.pk)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("waiting", 0)
    assert get_redis().llen("notify_slow") == 1
    calls.deliver(delivery.pk)
    assert len(mailoutbox) == 1
