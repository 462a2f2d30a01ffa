from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
for prefix, module in (("", "rooms.urls"), ("", "accounts.urls"), ("api/", "api.urls")):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
urlpatterns.append(path("accounts/", include("allauth.urls")))
