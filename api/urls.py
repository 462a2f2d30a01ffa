from __future__ import annotations

from django.urls import URLPattern, include, path, re_path

from api.views import links, me, messages, properties, reference, rooms, tickets
from api.views.base import Nowhere

# The names are the keys of permissions.TABLE.
v1: list[URLPattern] = [
    path("me", me.Me.as_view(), name="me"),
    path("properties", properties.Properties.as_view(), name="properties"),
    path("properties/<uuid:uuid>", properties.PropertyDetail.as_view(), name="property"),
    path(
        "properties/<uuid:uuid>/restore",
        properties.PropertyRestore.as_view(),
        name="property-restore",
    ),
    path("properties/<uuid:uuid>/links", links.PropertyLinks.as_view(), name="property-links"),
    path(
        "properties/<uuid:uuid>/links/batch",
        links.PropertyLinksBatch.as_view(),
        name="property-links-batch",
    ),
    path("links/<uuid:uuid>", links.LinkDetail.as_view(), name="link"),
    path("links/<uuid:uuid>/rotate", links.LinkRotate.as_view(), name="link-rotate"),
    path("links/<uuid:uuid>/revoke", links.LinkRevoke.as_view(), name="link-revoke"),
    path("links/<uuid:uuid>/prefill", links.LinkPrefill.as_view(), name="link-prefill"),
    path("rooms", rooms.Rooms.as_view(), name="rooms"),
    path("rooms/<uuid:uuid>", rooms.RoomDetail.as_view(), name="room"),
    path("rooms/<uuid:uuid>/close", rooms.RoomClose.as_view(), name="room-close"),
    path("rooms/<uuid:uuid>/reopen", rooms.RoomReopen.as_view(), name="room-reopen"),
    path("rooms/<uuid:uuid>/assign", rooms.RoomAssign.as_view(), name="room-assign"),
    path("rooms/<uuid:uuid>/tags", rooms.RoomTags.as_view(), name="room-tags"),
    path("rooms/<uuid:uuid>/messages", messages.RoomMessages.as_view(), name="room-messages"),
    path("messages", messages.MessageSearch.as_view(), name="messages"),
    path("tickets", tickets.Tickets.as_view(), name="tickets"),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("schema", reference.read_schema, name="api-schema"),
    path("docs", reference.show_reference, name="api-docs"),
    re_path(r"", Nowhere.as_view(), name="api-nowhere"),
]
