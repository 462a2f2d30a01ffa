from __future__ import annotations

from django.urls import path

from accounts.keys import views

urlpatterns = [
    path("developers", views.show_developers, name="developers"),
    path("developers/<uuid:uuid>/rotate", views.rotate, name="key_rotate"),
    path("developers/<uuid:uuid>/revoke", views.revoke, name="key_revoke"),
]
