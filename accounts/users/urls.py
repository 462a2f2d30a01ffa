from __future__ import annotations

from django.urls import path

from accounts.users import views

urlpatterns = [
    path("", views.show_home, name="home"),
]
