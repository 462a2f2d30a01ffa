from __future__ import annotations

from django.urls import path

from api.v1.links import views

urlpatterns = [
    path("properties/<uuid:uuid>/links", views.PropertyLinks.as_view(), name="property-links"),
    path(
        "properties/<uuid:uuid>/links/batch",
        views.PropertyLinksBatch.as_view(),
        name="property-links-batch",
    ),
    path("links/<uuid:uuid>", views.LinkDetail.as_view(), name="link"),
    path("links/<uuid:uuid>/rotate", views.LinkRotate.as_view(), name="link-rotate"),
    path("links/<uuid:uuid>/revoke", views.LinkRevoke.as_view(), name="link-revoke"),
    path("links/<uuid:uuid>/prefill", views.LinkPrefill.as_view(), name="link-prefill"),
]
