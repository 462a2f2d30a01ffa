from __future__ import annotations

from rooms.models.arrival import Arrival, Delivery
from rooms.models.message import Message
from rooms.models.property import DirectLink, Property
from rooms.models.room import Guest, Participant, Room
from rooms.models.provisioning import ProvisioningBatch, ProvisioningRow
from rooms.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Arrival",
    "Delivery",
    "DirectLink",
    "Guest",
    "Message",
    "Participant",
    "Property",
    "Room",
    "Webhook",
    "ProvisioningBatch",
    "ProvisioningRow",
    "WebhookDelivery",
]
