from __future__ import annotations

from django.urls import URLPattern, include, path, re_path

from api.views import (
    account,
    arrivals,
    attachments,
    guests,
    keys,
    links,
    me,
    members,
    messages,
    presence,
    properties,
    provisioned_accounts,
    provisioning,
    reference,
    rooms,
    targets,
    tickets,
    webhooks,
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
    path(
        "rooms/<uuid:uuid>/attachments",
        attachments.RoomAttachments.as_view(),
        name="room-attachments",
    ),
    path("attachments/<uuid:uuid>", attachments.AttachmentDetail.as_view(), name="attachment"),
    path(
        "attachments/<uuid:uuid>/content",
        attachments.AttachmentContent.as_view(),
        name="attachment-content",
    ),
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
    path("webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:uuid>", webhooks.WebhookDetail.as_view(), name="webhook"),
    path(
        "webhooks/<uuid:uuid>/rotate-secret",
        webhooks.WebhookRotate.as_view(),
        name="webhook-rotate-secret",
    ),
    path("webhooks/<uuid:uuid>/enable", webhooks.WebhookEnable.as_view(), name="webhook-enable"),
    path("webhooks/<uuid:uuid>/disable", webhooks.WebhookDisable.as_view(), name="webhook-disable"),
    path("webhooks/<uuid:uuid>/test", webhooks.WebhookTest.as_view(), name="webhook-test"),
    path("webhooks/<uuid:uuid>/replay", webhooks.WebhookReplay.as_view(), name="webhook-replay"),
    path(
        "webhooks/<uuid:uuid>/deliveries",
        webhooks.WebhookDeliveries.as_view(),
        name="webhook-deliveries",
    ),
    path(
        "webhook-deliveries/<uuid:uuid>",
        webhooks.WebhookDeliveryDetail.as_view(),
        name="webhook-delivery",
    ),
    path(
        "webhook-deliveries/<uuid:uuid>/replay",
        webhooks.WebhookDeliveryReplay.as_view(),
        name="webhook-delivery-replay",
    ),
]

# What only a platform key may do. An account is named by its id or its external_id.
v1 += [
    path(
        "provisioning/accounts",
        provisioned_accounts.Accounts.as_view(),
        name="provisioning-accounts",
    ),
    path(
        "provisioning/accounts/<str:account>",
        provisioned_accounts.AccountDetail.as_view(),
        name="provisioning-account",
    ),
    path(
        "provisioning/accounts/<str:account>/usage",
        provisioned_accounts.AccountUsage.as_view(),
        name="provisioning-account-usage",
    ),
    path(
        "provisioning/accounts/<str:account>/suspend",
        provisioned_accounts.AccountSuspend.as_view(),
        name="provisioning-account-suspend",
    ),
    path(
        "provisioning/accounts/<str:account>/resume",
        provisioned_accounts.AccountResume.as_view(),
        name="provisioning-account-resume",
    ),
    path(
        "provisioning/accounts/<str:account>/restore",
        provisioned_accounts.AccountRestore.as_view(),
        name="provisioning-account-restore",
    ),
    path(
        "provisioning/accounts/<str:account>/sign-in-link",
        provisioned_accounts.AccountSignIn.as_view(),
        name="provisioning-account-sign-in",
    ),
    path("provisioning/batches", provisioning.Batches.as_view(), name="provisioning-batches"),
    path(
        "provisioning/batches/<uuid:uuid>",
        provisioning.BatchDetail.as_view(),
        name="provisioning-batch",
    ),
    path(
        "provisioning/batches/<uuid:uuid>/rows",
        provisioning.BatchRows.as_view(),
        name="provisioning-batch-rows",
    ),
    path(
        "provisioning/batches/<uuid:uuid>/cancel",
        provisioning.BatchCancel.as_view(),
        name="provisioning-batch-cancel",
    ),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("schema", reference.read_schema, name="api-schema"),
    path("docs", reference.show_reference, name="api-docs"),
    re_path(r"", Nowhere.as_view(), name="api-nowhere"),
]
