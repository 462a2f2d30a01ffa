from __future__ import annotations

from django.urls import path

from rooms.views import (
    files,
    guest,
    inbox,
    link_assets,
    links,
    new_account,
    notifications,
    properties,
    welcome,
)

app_name = "rooms"

urlpatterns = [
    path("inbox", inbox.show_inbox, name="inbox"),
    path("inbox/<uuid:room_uuid>", inbox.show_room, name="room"),
    path("inbox/<uuid:room_uuid>/details", inbox.show_details, name="room_details"),
    path("inbox/<uuid:room_uuid>/close", inbox.close, name="room_close"),
    path("inbox/<uuid:room_uuid>/reopen", inbox.reopen, name="room_reopen"),
    path("inbox/<uuid:room_uuid>/files", files.upload_as_member, name="room_files"),
    path("files/<uuid:uuid>", files.show_file, name="file"),
    path("account/new", new_account.open_another, name="new_account"),
    path("welcome", welcome.show_welcome, name="welcome"),
    path("properties", properties.list_properties, name="properties"),
    path("properties/new", properties.new_property, name="property_new"),
    path("properties/<uuid:uuid>", properties.edit_property, name="property_edit"),
    path("properties/<uuid:uuid>/archive", properties.archive, name="property_archive"),
    path("properties/<uuid:uuid>/restore", properties.restore, name="property_restore"),
    path("properties/<uuid:uuid>/links", links.list_links, name="links"),
    path("properties/<uuid:uuid>/links/new", links.new_link, name="link_new"),
    path("properties/<uuid:uuid>/links/many", links.new_links, name="links_many"),
    path("properties/<uuid:uuid>/links.csv", links.export_links, name="links_csv"),
    path("properties/links/<uuid:uuid>", links.edit_link, name="link_edit"),
    path("properties/links/<uuid:uuid>/rotate", links.rotate, name="link_rotate"),
    path("properties/links/<uuid:uuid>/revoke", links.revoke, name="link_revoke"),
    path("notifications", notifications.show_notifications, name="notifications"),
    path("notifications/targets", notifications.add_target, name="target_add"),
    path("notifications/targets/<uuid:uuid>", notifications.switch_target, name="target_switch"),
    path(
        "notifications/targets/<uuid:uuid>/remove",
        notifications.delete_target,
        name="target_remove",
    ),
    path(
        "notifications/targets/<uuid:uuid>/prove",
        notifications.prove_target,
        name="target_prove",
    ),
    path("notifications/targets/<uuid:uuid>/test", notifications.test_target, name="target_test"),
    path("notifications/confirm/<str:token>", notifications.confirm, name="target_confirm"),
    path("theme/<hex_color:color>.css", link_assets.show_theme, name="theme"),
    path(
        "theme/<hex_color:color>/part.css",
        link_assets.show_theme,
        {"part": True},
        name="theme_part",
    ),
    path("c/<str:address>", guest.show_page, name="guest"),
    path("c/<str:address>/join", guest.join, name="join"),
    path("c/<str:address>/files", files.upload_as_guest, name="guest_files"),
    path("c/<str:address>/files/<uuid:uuid>", files.show_file_to_guest, name="guest_file"),
    path("c/<str:address>/qr.svg", link_assets.show_qr, name="qr"),
]
