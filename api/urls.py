from __future__ import annotations

from django.urls import include, path, re_path

from api.resource import UnknownAddress
from api.schema import views
from api.v1.urls import urlpatterns as v1

urlpatterns = [
    path("v1/", include(v1)),
    path("schema", views.read_schema, name="api-schema"),
    path("docs", views.show_reference, name="api-docs"),
    re_path(r"", UnknownAddress.as_view(), name="api-nowhere"),
]
