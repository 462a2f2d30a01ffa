from __future__ import annotations

from django.urls import path

from api.v1.blocks import views

urlpatterns = [
    path("blocks", views.Blocks.as_view(), name="blocks"),
    path("blocks/<uuid:uuid>", views.BlockDetail.as_view(), name="block"),
    path("guests/<uuid:uuid>/block", views.GuestBlock.as_view(), name="guest-block"),
    path("guests/<uuid:uuid>/unblock", views.GuestUnblock.as_view(), name="guest-unblock"),
]
