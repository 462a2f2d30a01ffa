from __future__ import annotations

from django.urls import path

from rooms.links.views import assets, links, properties, welcome

urlpatterns = [
    path("welcome", welcome.show_welcome, name="welcome"),
    path("properties", properties.list_properties, name="properties"),
    path("properties/new", properties.new_property, name="property_new"),
    path("properties/<uuid:uuid>", properties.edit_property, name="property_edit"),
    path("properties/<uuid:uuid>/archive", properties.archive, name="property_archive"),
    path("properties/<uuid:uuid>/pause", properties.pause, name="property_pause"),
    path("properties/<uuid:uuid>/restore", properties.restore, name="property_restore"),
    path("properties/<uuid:uuid>/links", links.list_links, name="links"),
    path("properties/<uuid:uuid>/links/new", links.new_link, name="link_new"),
    path("properties/<uuid:uuid>/links/many", links.new_links, name="links_many"),
    path("properties/<uuid:uuid>/links.csv", links.export_links, name="links_csv"),
    path("properties/links/<uuid:uuid>", links.edit_link, name="link_edit"),
    path("properties/links/<uuid:uuid>/rotate", links.rotate, name="link_rotate"),
    path("properties/links/<uuid:uuid>/pause", links.pause, name="link_pause"),
    path("properties/links/<uuid:uuid>/revoke", links.revoke, name="link_revoke"),
    path("theme/<hex_color:color>.css", assets.show_theme, name="theme"),
    path(
        "theme/<hex_color:color>/part.css",
        assets.show_theme,
        {"part": True},
        name="theme_part",
    ),
    path("c/<str:address>/qr.svg", assets.show_qr, name="qr"),
]
