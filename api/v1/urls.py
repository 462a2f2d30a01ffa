"""Every resource's addresses. The names are the keys of permissions.TABLE."""

from __future__ import annotations

from django.urls import URLPattern

from api.v1.account.urls import urlpatterns as account
from api.v1.arrivals.urls import urlpatterns as arrivals
from api.v1.attachments.urls import urlpatterns as attachments
from api.v1.blocks.urls import urlpatterns as blocks
from api.v1.conversations.urls import urlpatterns as conversations
from api.v1.guests.urls import urlpatterns as guests
from api.v1.keys.urls import urlpatterns as keys
from api.v1.links.urls import urlpatterns as links
from api.v1.notifications.urls import urlpatterns as notifications
from api.v1.privacy.urls import urlpatterns as privacy
from api.v1.properties.urls import urlpatterns as properties
from api.v1.provisioning.urls import urlpatterns as provisioning
from api.v1.team.urls import urlpatterns as team
from api.v1.webhooks.urls import urlpatterns as webhooks

urlpatterns: list[URLPattern] = [
    *account,
    *arrivals,
    *attachments,
    *blocks,
    *conversations,
    *guests,
    *keys,
    *links,
    *notifications,
    *privacy,
    *properties,
    *provisioning,
    *team,
    *webhooks,
]
