from __future__ import annotations

from django.urls import path

from rooms.inbox import views

urlpatterns = [
    path("inbox", views.show_inbox, name="inbox"),
    path("inbox/<uuid:room_uuid>", views.show_room, name="room"),
    path("inbox/<uuid:room_uuid>/details", views.show_details, name="room_details"),
    path("inbox/<uuid:room_uuid>/close", views.close, name="room_close"),
    path("inbox/<uuid:room_uuid>/release", views.release_from_quarantine, name="room_release"),
    path("inbox/<uuid:room_uuid>/reopen", views.reopen, name="room_reopen"),
]
