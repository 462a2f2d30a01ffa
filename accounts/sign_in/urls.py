from __future__ import annotations

from django.urls import path

from accounts.sign_in import views

urlpatterns = [
    path("accounts/enter/<str:token>", views.enter, name="enter"),
]
