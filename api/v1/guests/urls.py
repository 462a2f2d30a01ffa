from __future__ import annotations

from django.urls import path

from api.v1.guests import views

urlpatterns = [
    path("guests", views.Guests.as_view(), name="guests"),
    path("guests/<uuid:uuid>", views.GuestDetail.as_view(), name="guest"),
    path("guests/<uuid:uuid>/block", views.GuestBlock.as_view(), name="guest-block"),
    path("guests/<uuid:uuid>/unblock", views.GuestUnblock.as_view(), name="guest-unblock"),
]
