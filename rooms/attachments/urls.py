from __future__ import annotations

from django.urls import path

from rooms.attachments import views

urlpatterns = [
    path("inbox/<uuid:room_uuid>/files", views.upload_as_member, name="room_files"),
    path("files/<uuid:uuid>", views.show_file, name="file"),
]
