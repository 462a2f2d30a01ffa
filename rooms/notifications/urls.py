from __future__ import annotations

from django.urls import path

from rooms.notifications import push_views, telegram_views, views

urlpatterns = [
    path("service-worker.js", push_views.show_worker, name="push_worker"),
    path("telegram", telegram_views.take_update, name="telegram_update"),
    path("notifications/telegram", telegram_views.show_code, name="telegram_code"),
    path("notifications/push", push_views.renew, name="push_renew"),
    path("notifications", views.show_notifications, name="notifications"),
    path("notifications/targets", views.add_target, name="target_add"),
    path("notifications/targets/<uuid:uuid>", views.switch_target, name="target_switch"),
    path(
        "notifications/targets/<uuid:uuid>/remove",
        views.delete_target,
        name="target_remove",
    ),
    path(
        "notifications/targets/<uuid:uuid>/prove",
        views.prove_target,
        name="target_prove",
    ),
    path("notifications/targets/<uuid:uuid>/test", views.test_target, name="target_test"),
    path("notifications/confirm/<str:token>", views.confirm, name="target_confirm"),
]
