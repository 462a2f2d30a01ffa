from __future__ import annotations

from django.urls import path

from accounts.sign_in import views

urlpatterns = [
    path("accounts/confirm-email/", views.ConfirmAddressView.as_view(), name="confirm_address"),
    # The library lets a first password be set without asking who is there.
    path("accounts/password/set/", views.choose_password, name="password_set"),
    path("account/sessions", views.show_sessions, name="sessions"),
    path("account/sessions/end", views.end_others, name="sessions_end"),
    path("account/sessions/<int:pk>/end", views.end_one, name="session_end"),
    # The library's page of the same: ours is the only one, its form still ends the others.
    path("accounts/sessions/", views.take_up_sessions),
    path("accounts/enter/<str:token>", views.enter, name="enter"),
]
