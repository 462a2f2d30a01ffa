from __future__ import annotations

from django.urls import path

from api.v1.notifications import ladder, targets, views

urlpatterns = [
    path("deliveries", views.Deliveries.as_view(), name="deliveries"),
    path("deliveries/<uuid:uuid>", views.DeliveryDetail.as_view(), name="delivery"),
    path("targets", targets.Targets.as_view(), name="targets"),
    path("targets/<uuid:uuid>", targets.TargetDetail.as_view(), name="target"),
    path("properties/<uuid:uuid>/ladder", ladder.Ladder.as_view(), name="property-ladder"),
]
