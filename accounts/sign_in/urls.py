from __future__ import annotations

from django.urls import path

from accounts.sign_in import views

urlpatterns = [
    path("accounts/confirm-email/", views.ConfirmAddressView.as_view(), name="confirm_address"),
    path("accounts/enter/<str:token>", views.enter, name="enter"),
]
