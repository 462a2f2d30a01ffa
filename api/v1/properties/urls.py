from __future__ import annotations

from django.urls import path

from api.v1.properties import views

urlpatterns = [
    path("properties", views.Properties.as_view(), name="properties"),
    path("properties/<uuid:uuid>", views.PropertyDetail.as_view(), name="property"),
    path(
        "properties/<uuid:uuid>/retention",
        views.PropertyRetention.as_view(),
        name="property-retention",
    ),
    path(
        "properties/<uuid:uuid>/restore",
        views.PropertyRestore.as_view(),
        name="property-restore",
    ),
]
