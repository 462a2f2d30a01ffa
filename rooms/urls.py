from __future__ import annotations

from rooms.attachments.urls import urlpatterns as attachments
from rooms.blocks.urls import urlpatterns as blocks
from rooms.inbox.urls import urlpatterns as inbox
from rooms.links.urls import urlpatterns as links
from rooms.notifications.urls import urlpatterns as notifications
from rooms.privacy.urls import urlpatterns as privacy
from rooms.provisioning.urls import urlpatterns as provisioning
from rooms.styles.urls import urlpatterns as styles
from rooms.visits.urls import urlpatterns as visits
from rooms.webhooks.urls import urlpatterns as webhooks

app_name = "rooms"

urlpatterns = [
    *attachments,
    *blocks,
    *inbox,
    *links,
    *notifications,
    *privacy,
    *provisioning,
    *styles,
    *visits,
    *webhooks,
]
