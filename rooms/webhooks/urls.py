from __future__ import annotations

from django.urls import path

from rooms.webhooks import views

urlpatterns = [
    path("developers/webhooks", views.list_webhooks, name="webhooks"),
    path("developers/webhooks/<uuid:uuid>", views.show_webhook, name="webhook"),
    path("developers/webhooks/<uuid:uuid>/rotate", views.rotate, name="webhook_rotate"),
    path("developers/webhooks/<uuid:uuid>/switch", views.switch, name="webhook_switch"),
    path("developers/webhooks/<uuid:uuid>/test", views.ping, name="webhook_ping"),
    path("developers/webhooks/<uuid:uuid>/remove", views.remove, name="webhook_remove"),
    path("developers/webhooks/<uuid:uuid>/replay", views.replay_failed, name="webhook_replay"),
    path(
        "developers/deliveries/<uuid:uuid>/replay",
        views.replay,
        name="webhook_delivery_replay",
    ),
]
