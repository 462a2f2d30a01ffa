from __future__ import annotations

from django.urls import path

from api.v1.conversations import messages, presence, rooms, tickets

urlpatterns = [
    path("rooms", rooms.Rooms.as_view(), name="rooms"),
    path("rooms/<uuid:uuid>", rooms.RoomDetail.as_view(), name="room"),
    path("rooms/<uuid:uuid>/close", rooms.RoomClose.as_view(), name="room-close"),
    path("rooms/<uuid:uuid>/reopen", rooms.RoomReopen.as_view(), name="room-reopen"),
    path("rooms/<uuid:uuid>/release", rooms.RoomRelease.as_view(), name="room-release"),
    path("rooms/<uuid:uuid>/assign", rooms.RoomAssign.as_view(), name="room-assign"),
    path("rooms/<uuid:uuid>/tags", rooms.RoomTags.as_view(), name="room-tags"),
    path("rooms/<uuid:uuid>/messages", messages.RoomMessages.as_view(), name="room-messages"),
    path(
        "rooms/<uuid:uuid>/participants",
        presence.RoomParticipants.as_view(),
        name="room-participants",
    ),
    path("rooms/<uuid:uuid>/presence", presence.RoomPresence.as_view(), name="room-presence"),
    path("presence", presence.AccountPresence.as_view(), name="presence"),
    path("ice-servers", presence.IceServers.as_view(), name="ice-servers"),
    path("messages", messages.MessageSearch.as_view(), name="messages"),
    path("tickets", tickets.Tickets.as_view(), name="tickets"),
]
