from __future__ import annotations

from django.urls import path

from rooms.blocks import views

urlpatterns = [
    path("blocks", views.list_blocks, name="blocks"),
    path("blocks/<uuid:uuid>/end", views.end, name="block_end"),
    path("guests/<uuid:uuid>/block", views.block_guest, name="guest_block"),
]
