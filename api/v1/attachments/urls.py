from __future__ import annotations

from django.urls import path

from api.v1.attachments import views

urlpatterns = [
    path(
        "rooms/<uuid:uuid>/attachments",
        views.RoomAttachments.as_view(),
        name="room-attachments",
    ),
    path("attachments/<uuid:uuid>", views.AttachmentDetail.as_view(), name="attachment"),
    path(
        "attachments/<uuid:uuid>/content",
        views.AttachmentContent.as_view(),
        name="attachment-content",
    ),
]
