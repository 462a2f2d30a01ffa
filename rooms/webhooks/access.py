from __future__ import annotations

from uuid import UUID

from accounts.base.errors import NotFound
from accounts.tenants.models import Account
from rooms.webhooks.errors import WebhookNotFound
from rooms.webhooks.models import Webhook, WebhookDelivery


def get_webhook(account: Account, uuid: UUID) -> Webhook:
    """Raises WebhookNotFound."""
    rows = Webhook.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("account").first()
    if found is None:
        raise WebhookNotFound
    return found


def get_webhook_delivery(account: Account, uuid: UUID) -> WebhookDelivery:
    """Raises NotFound."""
    rows = WebhookDelivery.objects.for_account(account).filter(uuid=uuid)
    found = rows.select_related("webhook", "account").first()
    if found is None:
        raise NotFound
    return found
