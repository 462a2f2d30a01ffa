from __future__ import annotations

from django.urls import path

from api.v1.arrivals import views

urlpatterns = [
    path("arrivals", views.Arrivals.as_view(), name="arrivals"),
    path("arrivals/<uuid:uuid>", views.ArrivalDetail.as_view(), name="arrival"),
]
