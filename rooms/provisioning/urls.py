from __future__ import annotations

from django.urls import path

from rooms.provisioning import views

urlpatterns = [
    path("account/new", views.open_another, name="new_account"),
]
