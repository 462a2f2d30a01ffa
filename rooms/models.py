"""For Django's registry alone: every model of this app, loaded once. Nobody imports it."""

from __future__ import annotations

from rooms.arrivals.models import Arrival
from rooms.attachments.models import Attachment
from rooms.blocks.models import Block, GuestTrace
from rooms.conversations.models import Message, Participant, Room
from rooms.guests.models import Guest
from rooms.links.models import DirectLink, LinkUse
from rooms.notifications.models import Delivery
from rooms.privacy.models import AccountExport
from rooms.properties.models import Property, RetentionRun
from rooms.provisioning.models import ProvisioningBatch, ProvisioningRow
from rooms.webhooks.models import Webhook, WebhookDelivery

__all__ = [
    "AccountExport",
    "Arrival",
    "Attachment",
    "Block",
    "Delivery",
    "DirectLink",
    "Guest",
    "GuestTrace",
    "LinkUse",
    "Message",
    "Participant",
    "Property",
    "ProvisioningBatch",
    "ProvisioningRow",
    "RetentionRun",
    "Room",
    "Webhook",
    "WebhookDelivery",
]
