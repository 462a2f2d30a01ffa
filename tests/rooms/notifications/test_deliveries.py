from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.base.redis import get_redis
from accounts.targets.models import Target
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.arrivals.models import Arrival
from rooms.base import presence
from rooms.conversations.services.rooms import close_room
from rooms.notifications.attempts import MAX_TRIES, WAITS_S
from rooms.notifications.models import Delivery
from rooms.notifications.sweep import queue_due, take_batch
from rooms.notifications.tasks import deliver
from tests.api.conftest import make_api
from tests.cast import join
from tests.mailbox import text_of
from tests.server import find_free_port

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


@pytest.fixture
def delivery(visit):
    return visit.arrival.deliveries.get()


def read_metrics():
    """Return {series: value} as Prometheus would read it."""
    lines = Client().get("/metrics").content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {series: float(value) for series, value in pairs}


def try_now(delivery):
    """Make the delivery due and let a worker have it."""
    Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now() - timedelta(seconds=1))
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_owner_gets_a_mail_that_says_who_and_where(mailbox, delivery, room):
    assert try_now(delivery).state == State.SENT
    [mail] = mailbox.mails
    assert mail.recipients == ["alice@example.com"]
    assert mail["Subject"] == "Gwen is waiting at Alice's shop"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(delivery.uuid) in mail["Message-ID"]
    assert mail["List-Unsubscribe"].endswith("/notifications>")
    for kind in ("plain", "html"):
        body = text_of(mail, kind)
        assert f"/inbox/{room.uuid}" in body
        assert "Gwen" in body


def test_sent_delivery_marks_the_arrival_as_called(mailbox, delivery):
    assert try_now(delivery).attempts == 1
    assert delivery.finished_at is not None
    assert delivery.arrival.called_at is not None


def test_member_is_written_to_in_their_language(mailbox, delivery, alice):
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    try_now(delivery)
    [mail] = mailbox.mails
    assert mail["Subject"] == "Gwen 正在 Alice's shop 等候"
    assert "打开对话" in text_of(mail, "html")


def test_nickname_can_neither_add_headers_nor_markup(mailbox, link):
    hostile = "Eve\r\nBcc: all@example.com\u202e<img src=x onerror=alert(1)>"
    delivery = join(link, hostile[:60]).arrival.deliveries.get()
    assert try_now(delivery).state == State.SENT
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    assert mail.recipients == ["alice@example.com"]
    assert "\u202e" not in mail["Subject"]
    assert "<img" not in text_of(mail, "html")
    assert "&lt;img" in text_of(mail, "html")


def test_text_mail_is_not_escaped(mailbox, link, property):
    property.name = "Fish & <Chips>"
    property.save(update_fields=["name"])
    try_now(join(link).arrival.deliveries.get())
    assert "Fish & <Chips>" in text_of(mailbox.mails[0])
    assert mailbox.mails[0]["Subject"] == "Gwen is waiting at Fish & <Chips>"


def test_two_workers_send_one_mail(mailbox, delivery):
    def work(_):
        try:
            deliver(delivery.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert len(mailbox.mails) == 1


def test_a_page_load_of_the_same_visit_plans_nothing_more(delivery, visit, link):
    again = join(link, guest_uuid=visit.guest.uuid)
    assert again.arrival is None
    assert Delivery.objects.count() == 1


def test_only_verified_enabled_targets_of_the_account_are_called(alice, bob, charlie, link):
    bob_place = bob.memberships.get()
    for number, facts in enumerate(({"verified_at": None}, {"enabled": False}, {})):
        defaults = {"verified_at": timezone.now(), "address": {"email": f"b{number}@example.com"}}
        Target.objects.create(account=bob_place.account, membership=bob_place, **(defaults | facts))
    deliveries = join(link).arrival.deliveries.order_by("target")
    called = [row.target.address["email"] for row in deliveries]
    assert called == ["alice@example.com", "b2@example.com"]


def test_a_property_that_waits_plans_the_call_for_later(mailbox, property, link):
    property.call_after_s = 90
    property.save(update_fields=["call_after_s"])
    arrival = join(link).arrival
    delivery = arrival.deliveries.get()
    assert (delivery.next_at - arrival.at).total_seconds() == pytest.approx(90, abs=5)
    deliver(delivery.pk)
    assert Delivery.objects.get().state == State.WAITING
    assert mailbox.mails == []


def block_guest(delivery):
    guest = delivery.arrival.guest
    guest.blocked_at = timezone.now()
    guest.save(update_fields=["blocked_at"])


REASONS = {
    "answered": lambda d: Arrival.objects.update(answered_at=timezone.now()),
    "conversation closed": lambda d: close_room(room=d.arrival.room),
    "guest blocked": block_guest,
    "account suspended": lambda d: Account.objects.update(status="suspended"),
    "target switched off": lambda d: Target.objects.update(enabled=False),
    "member signed off": lambda d: User.objects.update(is_active=False),
    "somebody is at the desk": lambda d: get_redis().zadd(
        presence.desk_key(d.account.uuid), {"member:socket": time.time() + 45}
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_nobody_is_called_without_need(reason, mailbox, delivery):
    REASONS[reason](delivery)
    try_now(delivery)
    assert (delivery.state, delivery.note) == (State.SKIPPED, reason)
    assert mailbox.mails == []


def test_somebody_who_left_the_desk_is_called(mailbox, delivery, account):
    gone = {"member:socket": time.time() - 1}
    get_redis().zadd(presence.desk_key(account.uuid), gone)
    assert try_now(delivery).state == State.SENT


def test_a_temporary_refusal_is_tried_again(mailbox, delivery):
    mailbox.replies = ["451 try later"]
    try_now(delivery)
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    assert "451 try later" in delivery.note
    wait_s = (delivery.next_at - timezone.now()).total_seconds()
    assert 0 < wait_s <= WAITS_S[0] * 1.2
    assert try_now(delivery).state == State.SENT
    assert delivery.target.last_error == ""


def test_a_mail_server_that_is_away_is_tried_again(settings, mailbox, delivery):
    settings.EMAIL_PORT = find_free_port()
    assert try_now(delivery).state == State.WAITING
    assert "refused" in delivery.note
    settings.EMAIL_PORT = mailbox.port
    assert try_now(delivery).state == State.SENT


def test_a_dead_address_is_given_up_and_switched_off(mailbox, delivery):
    mailbox.replies = ["550 5.1.1 no such user"]
    assert try_now(delivery).state == State.FAILED
    target = delivery.target
    assert not target.enabled
    assert target.last_error == "550 5.1.1 no such user"


def test_a_refusal_of_our_server_does_not_switch_the_address_off(mailbox, delivery):
    mailbox.replies = ["550 5.7.1 your network is listed"]
    assert try_now(delivery).state == State.WAITING
    assert delivery.target.enabled


def test_after_the_last_wait_it_has_failed(mailbox, delivery):
    mailbox.replies = ["451 try later"] * MAX_TRIES
    states = [try_now(delivery).state for _ in range(MAX_TRIES)]
    assert states == [State.WAITING] * (MAX_TRIES - 1) + [State.FAILED]
    assert delivery.target.enabled


def test_sweep_takes_a_due_row_once(delivery):
    assert [due.delivery_id for due in take_batch()] == [delivery.pk]
    assert take_batch() == []


def test_what_is_due_and_since_when_is_told(mailbox, delivery):
    Delivery.objects.update(next_at=timezone.now() - timedelta(minutes=5))
    told = read_metrics()
    assert told["doorbell_deliveries_due"] == 1
    assert told["doorbell_deliveries_late_seconds"] >= 300
    try_now(delivery)
    assert read_metrics()["doorbell_deliveries_due"] == 0
    assert read_metrics()["doorbell_deliveries_late_seconds"] == 0


def test_tries_are_counted_by_what_came_of_them(mailbox, delivery):
    mailbox.replies = ["451 try later"]
    try_now(delivery)
    try_now(delivery)
    told = read_metrics()
    assert told['doorbell_delivery_tries_total{kind="email",outcome="retried"}'] == 1
    assert told['doorbell_delivery_tries_total{kind="email",outcome="sent"}'] == 1


def test_the_age_of_a_first_call_is_counted_once(mailbox, visit, delivery):
    Arrival.objects.update(at=timezone.now() - timedelta(seconds=20))
    try_now(delivery)
    told = read_metrics()
    assert told['doorbell_call_age_seconds_bucket{le="10.0"}'] == 0
    assert told['doorbell_call_age_seconds_bucket{le="30.0"}'] == 1
    assert told['doorbell_call_age_seconds_bucket{le="+Inf"}'] == 1
    assert told["doorbell_call_age_seconds_sum"] >= 20


def test_sweep_leaves_what_is_not_due_or_done(mailbox, property, link):
    try_now(join(link).arrival.deliveries.get())
    property.call_after_s = 90
    property.save(update_fields=["call_after_s"])
    join(link)
    assert queue_due() == 0


def test_row_of_a_dead_worker_is_tried_again(mailbox, delivery):
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.update(state=State.SENDING, lease_until=past)
    assert len(take_batch()) == 1
    assert try_now(delivery).state == State.SENT
    assert delivery.attempts == 2


def test_row_that_kills_every_worker_is_given_up(delivery):
    past = timezone.now() - timedelta(seconds=1)
    for _ in range(MAX_TRIES):
        Delivery.objects.update(state=State.SENDING, lease_until=past)
        take_batch()
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED


@pytest.mark.parametrize("named", [{}, {"as": "Shop bot"}])
def test_a_programs_greeting_does_not_stop_the_call(mailbox, delivery, room, account, named):
    answer = make_api(account).post(f"rooms/{room.uuid}/messages", {"body": "Welcome!", **named})
    assert answer.status_code == 201
    assert try_now(delivery).state == State.SENT
    assert len(mailbox.mails) == 1
    assert Arrival.objects.get().answered_at is None


def test_a_members_word_stops_the_call(mailbox, delivery, room, alice):
    browser = Client()
    browser.force_login(alice)
    path = f"/api/v1/rooms/{room.uuid}/messages"
    answer = browser.post(path, {"body": "Hello!"}, content_type="application/json")
    assert answer.status_code == 201
    assert (try_now(delivery).state, delivery.note) == (State.SKIPPED, "answered")
    assert mailbox.mails == []
