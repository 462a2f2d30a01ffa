from __future__ import annotations

from django.urls import path

from api.v1.privacy import views

urlpatterns = [
    path("guests/<uuid:uuid>/export", views.GuestExport.as_view(), name="guest-export"),
]
