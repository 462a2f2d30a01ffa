"""Trying one delivery. The row says what is to be sent; a task only says that it is time."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.base.sealing import open_secret
from rooms.base import broker, counters, http, slots
from rooms.webhooks import health, signing
from rooms.webhooks.models import WebhookDelivery

State = WebhookDelivery.State

QUEUE = "webhook"
# Waits after the first, second, … failed try: together a bit more than a day.
WAITS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800)
MAX_TRIES = len(WAITS_S) + 1
JITTER = 0.2
EXCERPT_BYTES = 2048
NOTE_MAX_CHARS = 200
GONE = 410
# A ping says what is now; nobody wants yesterday's.
TEST_EVENT = "webhook.test"
SHOWN_HEADERS = ("content-type", "location", "retry-after", "server")


@shared_task
def deliver(delivery_id: int) -> None:
    """Try one delivery, unless it is not due, is being tried or need not be sent any more.

    Safe to run twice, also at the same time. A failed try waits in the database for the sweep:
    5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, 8 h, 8 h and some jitter, or longer if the
    endpoint says so. Without a place (see slots) it waits for one, and no try is counted.
    """
    delivery = _find(delivery_id)
    if delivery is None:
        return
    with _place(delivery) as has_place:
        if has_place and _claim(delivery):
            _try(delivery)
    if not has_place and _unqueue(delivery):
        # A place may have come free before it could be found for that.
        deliver(delivery_id)


def queue_next(webhook_id: int, free: int) -> bool:
    """Queue the first due deliveries of the endpoint, unless it fails: that is the sweep's."""
    batch = _take_next(webhook_id, free)
    broker.publish((deliver, pk, QUEUE) for pk in batch)
    return bool(batch)


@transaction.atomic
def _take_next(webhook_id: int, free: int) -> list[int]:
    due = WebhookDelivery.objects.due().unqueued().filter(state=State.WAITING, webhook=webhook_id)
    rows = due.filter(webhook__failing_since=None).order_by("next_at", "pk")
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    batch = list(rows.values_list("pk", flat=True)[:free])
    lease = Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)
    WebhookDelivery.objects.filter(pk__in=batch).update(lease_until=lease)
    return batch


def _try(delivery: WebhookDelivery) -> None:
    if reason := find_reason_to_skip(delivery):
        delivery.note = reason
        _settle(delivery, State.SKIPPED)
        return
    try:
        answer = _post(delivery)
    except SoftTimeLimitExceeded:
        delivery.note = "no answer in time"
        _note_failure(delivery)
    except http.OutgoingError as error:
        delivery.note = str(error)[:NOTE_MAX_CHARS]
        _note_failure(delivery)
    else:
        _judge(delivery, answer)


def find_reason_to_skip(delivery: WebhookDelivery) -> str:
    """Return why sending would be wrong by now, or nothing."""
    if not delivery.account.is_open:
        return "account suspended"
    if not delivery.webhook.enabled and delivery.event != TEST_EVENT:
        return health.SWITCHED_OFF
    return ""


def _find(delivery_id: int) -> WebhookDelivery | None:
    """Return the delivery if it is due and nobody has it.

    An endpoint that fails is tried by one worker at a time: it may hang, and others wait.
    """
    rows = WebhookDelivery.objects.filter(pk=delivery_id, state=State.WAITING, next_at__lte=Now())
    delivery = rows.select_related("account", "webhook").first()
    if delivery is None or delivery.webhook.failing_since is None:
        return delivery
    others = WebhookDelivery.objects.filter(webhook=delivery.webhook_id, state=State.SENDING)
    if others.filter(lease_until__gt=Now()).exists():
        _unqueue(delivery)
        return None
    return delivery


def _unqueue(delivery: WebhookDelivery) -> bool:
    """Let the delivery be found again, and say whether it was marked as queued."""
    rows = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.WAITING)
    return bool(rows.exclude(lease_until=None).update(lease_until=None))


def _place(delivery: WebhookDelivery) -> AbstractContextManager[bool]:
    """Ask for a place at the account and at the server, which many accounts may name."""
    webhook = delivery.webhook
    holders = [f"webhook:{webhook.account_id}", f"webhook:{http.server_of(webhook.url)}"]
    # Called for one that fails, a worker would hang in row after row.
    waiter = webhook.pk if webhook.failing_since is None else None
    # The sweep queues but the first rows of many.
    return slots.place(holders, waiter, queue_next, has_more=delivery.lease_until is not None)


def _claim(delivery: WebhookDelivery) -> bool:
    """Take the delivery for DELIVERY_LEASE_S and say whether it was to be had."""
    waiting = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.WAITING, next_at__lte=Now()
    )
    lease = Now() + timedelta(seconds=settings.DELIVERY_LEASE_S)
    if not waiting.update(state=State.SENDING, lease_until=lease):
        return False
    delivery.refresh_from_db(fields=["attempts", "lease_until"])
    return True


def _post(delivery: WebhookDelivery) -> http.HttpResult:
    webhook, body = delivery.webhook, delivery.payload
    secrets = [open_secret(sealed) for sealed in webhook.sealed_secrets]
    now_s = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Doorbell-Webhooks/1",
        **signing.make_headers(secrets, str(delivery.uuid), now_s, body),
    }
    # A signature in the log could be replayed by whoever reads it.
    shown = {**headers, "webhook-signature": "v1,…"}
    delivery.request_excerpt = _cut(f"POST {webhook.url}", shown, body)
    delivery.response_status, delivery.response_excerpt = None, ""
    return http.send("POST", webhook.url, headers=headers, body=body.encode())


def _judge(delivery: WebhookDelivery, answer: http.HttpResult) -> None:
    shown = {name: answer.headers[name] for name in SHOWN_HEADERS if name in answer.headers}
    text = answer.body.decode(errors="replace").replace("\0", "\ufffd")
    delivery.response_status = answer.status
    delivery.response_excerpt = _cut(str(answer.status), shown, text)
    delivery.note = ""
    if answer.is_success:
        _note_success(delivery)
    elif answer.status == GONE and delivery.event != TEST_EVENT:
        _note_gone(delivery)
    else:
        _note_failure(delivery, answer.read_retry_after())


@transaction.atomic
def _note_success(delivery: WebhookDelivery) -> None:
    if _settle(delivery, State.SENT, tries=1):
        health.note_success(delivery.webhook)


@transaction.atomic
def _note_gone(delivery: WebhookDelivery) -> None:
    if _settle(delivery, State.FAILED, tries=1):
        health.give_up(delivery.webhook, "It answered 410 Gone.")


@transaction.atomic
def _note_failure(delivery: WebhookDelivery, retry_after_s: float = 0) -> None:
    tries, is_test = delivery.attempts + 1, delivery.event == TEST_EVENT
    if is_test or tries >= MAX_TRIES:
        held = _settle(delivery, State.FAILED, tries=1)
    else:
        wait_s = WAITS_S[tries - 1] * (1 + random.uniform(0, JITTER))
        held = _settle(delivery, State.WAITING, tries=1, wait_s=max(wait_s, retry_after_s))
    if held and not is_test:
        health.note_failure(delivery)


def _settle(delivery: WebhookDelivery, state: State, *, tries: int = 0, wait_s: float = 0) -> bool:
    """Write the outcome down if this task still holds its lease; else somebody else will."""
    counters.count("webhook_tries", "retried" if state == State.WAITING else state)
    held = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.SENDING, lease_until=delivery.lease_until
    )
    outcome = {
        name: getattr(delivery, name)
        for name in ("note", "request_excerpt", "response_excerpt", "response_status")
    }
    return bool(
        held.update(
            state=state,
            attempts=F("attempts") + tries,
            next_at=Now() + timedelta(seconds=wait_s),
            lease_until=None,
            finished_at=None if state == State.WAITING else Now(),
            **outcome,
        )
    )


def _cut(first: str, headers: dict[str, str], body: str) -> str:
    """Return the message as people read it, cut to EXCERPT_BYTES."""
    lines = [first, *(f"{name}: {value}" for name, value in headers.items()), "", body]
    return "\n".join(lines).encode()[:EXCERPT_BYTES].decode(errors="ignore").replace("\0", "")
