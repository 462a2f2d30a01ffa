from __future__ import annotations

from django.urls import path

from api.v1.webhooks import views

urlpatterns = [
    path("webhooks", views.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:uuid>", views.WebhookDetail.as_view(), name="webhook"),
    path(
        "webhooks/<uuid:uuid>/rotate-secret",
        views.WebhookRotate.as_view(),
        name="webhook-rotate-secret",
    ),
    path("webhooks/<uuid:uuid>/enable", views.WebhookEnable.as_view(), name="webhook-enable"),
    path("webhooks/<uuid:uuid>/disable", views.WebhookDisable.as_view(), name="webhook-disable"),
    path("webhooks/<uuid:uuid>/test", views.WebhookTest.as_view(), name="webhook-test"),
    path("webhooks/<uuid:uuid>/replay", views.WebhookReplay.as_view(), name="webhook-replay"),
    path(
        "webhooks/<uuid:uuid>/deliveries",
        views.WebhookDeliveries.as_view(),
        name="webhook-deliveries",
    ),
    path(
        "webhook-deliveries/<uuid:uuid>",
        views.WebhookDeliveryDetail.as_view(),
        name="webhook-delivery",
    ),
    path(
        "webhook-deliveries/<uuid:uuid>/replay",
        views.WebhookDeliveryReplay.as_view(),
        name="webhook-delivery-replay",
    ),
]
