"""Adding, changing and trying webhooks, and sending again what did not arrive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Invalid
from accounts.base.sealing import seal_secret
from accounts.limits import limits, rate_limits
from accounts.tenants.models import Account
from rooms.base import http
from rooms.base.validation import check_fields, clean_line
from rooms.webhooks import health
from rooms.webhooks.attempts import TEST_EVENT
from rooms.webhooks.errors import WebhookDisabled
from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.recording import EVENTS, make_payload, ring_after_commit
from rooms.webhooks.signing import make_secret

SECRET_OVERLAP = timedelta(hours=24)
TEST_RATE = "20/60"


class WebhookValues(TypedDict, total=False):
    """What an owner may say about a webhook; no events means all of them."""

    url: str
    description: str
    events: list[str]


@transaction.atomic
def create_webhook(
    *, account: Account, actor: trail.Actor = None, **values: Unpack[WebhookValues]
) -> tuple[Webhook, str]:
    """Return the webhook and its secret, which is not shown again.

    Raises Invalid, LimitReached.
    """
    limits.lock_account(account)
    limits.check_room_for(account, "webhooks", Webhook.objects.for_account(account))
    secret = make_secret()
    webhook = Webhook(account=account, secret=seal_secret(secret))
    _apply(webhook, {"url": "", **values})
    webhook.save(force_insert=True)
    trail.record(account, actor, "webhook.created", webhook.uuid, url=webhook.url)
    return webhook, secret


@transaction.atomic
def update_webhook(
    *, webhook: Webhook, actor: trail.Actor = None, **values: Unpack[WebhookValues]
) -> Webhook:
    """Change what is named, leave the rest. What waits already goes to the new address.

    Raises Invalid.
    """
    before = {name: getattr(webhook, name) for name in values}
    _apply(webhook, values)
    changed = sorted(name for name in values if getattr(webhook, name) != before[name])
    if changed:
        webhook.save(update_fields=changed)
        trail.record(webhook.account, actor, "webhook.changed", webhook.uuid, fields=changed)
    return webhook


@transaction.atomic
def delete_webhook(*, webhook: Webhook, actor: trail.Actor = None) -> None:
    """Forget the webhook, its log and what still waited."""
    account, uuid, url = webhook.account, webhook.uuid, webhook.url
    webhook.delete()
    trail.record(account, actor, "webhook.deleted", uuid, url=url)


@transaction.atomic
def rotate_secret(*, webhook: Webhook, actor: trail.Actor = None) -> str:
    """Return a new secret, which is not shown again; the one before signs too for 24 hours."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = make_secret()
    webhook.secret, webhook.old_secret = seal_secret(secret), held.secret
    webhook.old_secret_until = timezone.now() + SECRET_OVERLAP
    webhook.save(update_fields=["secret", "old_secret", "old_secret_until"])
    trail.record(webhook.account, actor, "webhook.secret_rotated", webhook.uuid)
    return secret


@transaction.atomic
def enable_webhook(*, webhook: Webhook, actor: trail.Actor = None) -> Webhook:
    """Call the endpoint again from now on; a repeat changes nothing.

    What happened meanwhile was not written down; what failed can be replayed.
    """
    disabled = Webhook.objects.filter(pk=webhook.pk, enabled=False)
    if disabled.update(enabled=True, disabled_reason="", failing_since=None):
        trail.record(webhook.account, actor, "webhook.enabled", webhook.uuid)
    webhook.enabled, webhook.disabled_reason, webhook.failing_since = True, "", None
    return webhook


@transaction.atomic
def disable_webhook(*, webhook: Webhook, actor: trail.Actor = None) -> Webhook:
    """Stop calling the endpoint; a repeat changes nothing."""
    health.disable(webhook, actor=actor)
    return webhook


@transaction.atomic
def send_test(*, webhook: Webhook) -> WebhookDelivery:
    """Send a ping, once and also to a webhook that is switched off. Raises RateLimited."""
    rate_limits.hit("webhook_test", webhook.uuid, rate=TEST_RATE)
    delivery = WebhookDelivery.objects.create(
        account=webhook.account,
        webhook=webhook,
        event=TEST_EVENT,
        payload=make_payload(TEST_EVENT, {"webhook": webhook.uuid}),
    )
    ring_after_commit([webhook.pk])
    return delivery


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery, actor: trail.Actor = None) -> WebhookDelivery:
    """Send it again under its id, whatever became of it; one that is under way stays so.

    Raises WebhookDisabled.
    """
    _check_enabled(delivery.webhook)
    finished = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(
        state=WebhookDelivery.State.SENDING
    )
    if _send_again(finished):
        account, uuid = delivery.account, delivery.webhook.uuid
        trail.record(account, actor, "webhook.replayed", uuid, delivery=str(delivery.uuid))
        ring_after_commit([delivery.webhook_id])
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_failed(*, webhook: Webhook, since: datetime, actor: trail.Actor = None) -> int:
    """Send everything of that time again that did not arrive, and return how many.

    Raises WebhookDisabled.
    """
    _check_enabled(webhook)
    rows = WebhookDelivery.objects.filter(webhook=webhook, created_at__gte=since).replayable()
    count = _send_again(rows)
    if count:
        facts = {"since": since.isoformat(), "count": count}
        trail.record(webhook.account, actor, "webhook.replayed", webhook.uuid, **facts)
        ring_after_commit([webhook.pk])
    return count


def _send_again(rows: QuerySet[WebhookDelivery]) -> int:
    return rows.update(
        state=WebhookDelivery.State.WAITING,
        attempts=0,
        next_at=Now(),
        lease_until=None,
        finished_at=None,
    )


def _check_enabled(webhook: Webhook) -> None:
    if not webhook.enabled:
        raise WebhookDisabled


def _apply(webhook: Webhook, values: WebhookValues) -> None:
    """Put checked values on the row, without saving it. Raises Invalid."""
    if "url" in values:
        webhook.url = _check_url(clean_line(values["url"], "url"))
    if "description" in values:
        webhook.description = clean_line(values["description"], "description")
    if "events" in values:
        unknown = set(values["events"]) - set(EVENTS)
        if unknown:
            raise Invalid(f"There is no event “{min(unknown)}”.", field="events")
        webhook.events = sorted(set(values["events"]))
    check_fields(webhook, values)


def _check_url(url: str) -> str:
    try:
        http.check_url(url)
    except http.UrlRefused as error:
        raise Invalid(str(error), field="url") from None
    return url
