"""Trying one delivery that its worker has claimed, and what the endpoint's answer means."""

from __future__ import annotations

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from accounts.base.sealing import open_secret
from rooms.base import counters, http
from rooms.base.outgoing.leases import next_wait_s, settle
from rooms.base.outgoing.models import OutgoingState as State
from rooms.webhooks import health, signing
from rooms.webhooks.models import WebhookDelivery

# Waits after the first, second, … failed try: together a bit more than a day.
WAITS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800)
MAX_TRIES = len(WAITS_S) + 1
EXCERPT_BYTES = 2048
NOTE_MAX_CHARS = 200
GONE = 410
# A ping says what is now; nobody wants yesterday's.
TEST_EVENT = "webhook.test"
SHOWN_HEADERS = ("content-type", "location", "retry-after", "server")


def attempt(delivery_id: int) -> bool:
    """Try a delivery that was just claimed, and say whether the endpoint gave no trouble."""
    rows = WebhookDelivery.objects.select_related("account", "webhook")
    delivery = rows.filter(pk=delivery_id).first()
    if delivery is None:  # erased meanwhile
        return True
    if reason := find_reason_to_skip(delivery):
        delivery.note = reason
        _settle(delivery, State.SKIPPED)
        return True
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
        return answer.is_success
    return False


def find_reason_to_skip(delivery: WebhookDelivery) -> str:
    """Return why sending would be wrong by now, or nothing."""
    if not delivery.account.is_open:
        return "account suspended"
    if not delivery.webhook.enabled and delivery.event != TEST_EVENT:
        return health.SWITCHED_OFF
    return ""


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
    is_test = delivery.event == TEST_EVENT
    wait_s = None if is_test else next_wait_s(WAITS_S, delivery.attempts + 1)
    if wait_s is None:
        held = _settle(delivery, State.FAILED, tries=1)
    else:
        held = _settle(delivery, State.WAITING, tries=1, wait_s=max(wait_s, retry_after_s))
    if held and not is_test:
        health.note_failure(delivery)


def _settle(delivery: WebhookDelivery, state: State, *, tries: int = 0, wait_s: float = 0) -> bool:
    counters.count("webhook_tries", "retried" if state == State.WAITING else state)
    names = ("note", "request_excerpt", "response_excerpt", "response_status")
    outcome = {name: getattr(delivery, name) for name in names}
    return settle(delivery, state, tries=tries, wait_s=wait_s, **outcome)


def _cut(first: str, headers: dict[str, str], body: str) -> str:
    """Return the message as people read it, cut to EXCERPT_BYTES."""
    lines = [first, *(f"{name}: {value}" for name, value in headers.items()), "", body]
    return "\n".join(lines).encode()[:EXCERPT_BYTES].decode(errors="ignore").replace("\0", "")
