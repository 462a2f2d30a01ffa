from __future__ import annotations

from django.urls import path

from rooms.visits import files, views

urlpatterns = [
    path("c/<str:address>", views.show_page, name="guest"),
    path("c/<str:address>/join", views.join, name="join"),
    path("c/<str:address>/files", files.upload_as_guest, name="guest_files"),
    path("c/<str:address>/files/<uuid:uuid>", files.show_file_to_guest, name="guest_file"),
]
