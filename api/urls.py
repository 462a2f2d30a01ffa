from __future__ import annotations

from django.urls import URLPattern, include, path, re_path

from api.views import (
    account,
    arrivals,
    guests,
    keys,
    links,
    me,
    members,
    messages,
    presence,
    properties,
    reference,
    rooms,
    targets,
    tickets,
)
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
    path(
        "rooms/<uuid:uuid>/participants",
        presence.RoomParticipants.as_view(),
        name="room-participants",
    ),
    path("rooms/<uuid:uuid>/presence", presence.RoomPresence.as_view(), name="room-presence"),
    path("presence", presence.Presence.as_view(), name="presence"),
    path("ice-servers", presence.IceServers.as_view(), name="ice-servers"),
    path("messages", messages.MessageSearch.as_view(), name="messages"),
    path("tickets", tickets.Tickets.as_view(), name="tickets"),
    path("guests", guests.Guests.as_view(), name="guests"),
    path("guests/<uuid:uuid>", guests.GuestDetail.as_view(), name="guest"),
    path("guests/<uuid:uuid>/block", guests.GuestBlock.as_view(), name="guest-block"),
    path("guests/<uuid:uuid>/unblock", guests.GuestUnblock.as_view(), name="guest-unblock"),
    path("guests/<uuid:uuid>/export", guests.GuestExport.as_view(), name="guest-export"),
    path("arrivals", arrivals.Arrivals.as_view(), name="arrivals"),
    path("arrivals/<uuid:uuid>", arrivals.ArrivalDetail.as_view(), name="arrival"),
    path("deliveries", arrivals.Deliveries.as_view(), name="deliveries"),
    path("deliveries/<uuid:uuid>", arrivals.DeliveryDetail.as_view(), name="delivery"),
    path("targets", targets.Targets.as_view(), name="targets"),
    path("targets/<uuid:uuid>", targets.TargetDetail.as_view(), name="target"),
    path("account", account.AccountDetail.as_view(), name="account"),
    path("account/usage", account.AccountUsage.as_view(), name="account-usage"),
    path("members", members.Members.as_view(), name="members"),
    path("members/<uuid:uuid>", members.MemberDetail.as_view(), name="member"),
    path("invitations", members.Invitations.as_view(), name="invitations"),
    path("invitations/<uuid:uuid>", members.InvitationDetail.as_view(), name="invitation"),
    path("api-keys", keys.Keys.as_view(), name="api-keys"),
    path("api-keys/<uuid:uuid>", keys.KeyDetail.as_view(), name="api-key"),
    path("audit-events", account.AuditEvents.as_view(), name="audit-events"),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("schema", reference.read_schema, name="api-schema"),
    path("docs", reference.show_reference, name="api-docs"),
    re_path(r"", Nowhere.as_view(), name="api-nowhere"),
]
