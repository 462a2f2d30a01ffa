from __future__ import annotations

from django.urls import path

from api.v1.keys import views

urlpatterns = [
    path("api-keys", views.Keys.as_view(), name="api-keys"),
    path("api-keys/<uuid:uuid>", views.KeyDetail.as_view(), name="api-key"),
    path("api-keys/<uuid:uuid>/rotate", views.KeyRotate.as_view(), name="api-key-rotate"),
]
