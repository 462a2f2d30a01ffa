from __future__ import annotations

from rooms.models.arrival import Arrival, Delivery
from rooms.models.attachment import Attachment
from rooms.models.message import Message
from rooms.models.property import DirectLink, LinkUse, Property
from rooms.models.provisioning import ProvisioningBatch, ProvisioningRow
from rooms.models.room import Guest, Participant, Room
from rooms.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Arrival",
    "Attachment",
    "Delivery",
    "DirectLink",
    "Guest",
    "LinkUse",
    "Message",
    "Participant",
    "Property",
    "ProvisioningBatch",
    "ProvisioningRow",
    "Room",
    "Webhook",
    "WebhookDelivery",
]
