from __future__ import annotations

from django.urls import path

from rooms.notifications.views import ladder, push, targets, telegram, wxpusher

urlpatterns = [
    path("service-worker.js", push.show_worker, name="push_worker"),
    path("telegram", telegram.take_update, name="telegram_update"),
    path("notifications/duty", targets.switch_duty, name="duty"),
    path("properties/<uuid:uuid>/calls", ladder.edit_ladder, name="property_ladder"),
    path("notifications/telegram", telegram.show_code, name="telegram_code"),
    path("wxpusher/<str:secret>", wxpusher.take_callback, name="wxpusher_callback"),
    path("notifications/wxpusher", wxpusher.show_qr, name="wxpusher_qr"),
    path("notifications/push", push.renew, name="push_renew"),
    path("notifications", targets.show_notifications, name="notifications"),
    path("notifications/targets", targets.add_target, name="target_add"),
    path("notifications/targets/<uuid:uuid>", targets.switch_target, name="target_switch"),
    path(
        "notifications/targets/<uuid:uuid>/remove",
        targets.delete_target,
        name="target_remove",
    ),
    path(
        "notifications/targets/<uuid:uuid>/prove",
        targets.prove_target,
        name="target_prove",
    ),
    path("notifications/targets/<uuid:uuid>/test", targets.test_target, name="target_test"),
    path("notifications/confirm/<str:token>", targets.confirm, name="target_confirm"),
]
