from __future__ import annotations

from django.urls import path, re_path

from rooms.privacy import export_views, views

urlpatterns = [
    path("account/exports", export_views.show_exports, name="exports"),
    path("account/exports/<uuid:uuid>", export_views.download_export, name="export"),
    path("c/<str:address>/data", views.show_data, name="guest_data"),
    re_path(
        r"^c/(?P<address>[^/]+)/data/conversation\.(?P<ending>txt|html)$",
        views.download,
        name="guest_transcript",
    ),
    path("c/<str:address>/data/send", views.send, name="guest_transcript_send"),
    path("c/<str:address>/data/erase", views.erase, name="guest_erase"),
]
