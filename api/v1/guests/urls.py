from __future__ import annotations

from django.urls import path

from api.v1.guests import views

urlpatterns = [
    path("guests", views.Guests.as_view(), name="guests"),
    path("guests/<uuid:uuid>", views.GuestDetail.as_view(), name="guest"),
]
