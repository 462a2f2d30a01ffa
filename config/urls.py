from __future__ import annotations

from django.urls import include, path

handler400 = "api.problems.answer_bad_request"
handler500 = "accounts.base.middleware.answer_server_error"

urlpatterns = [
    # Before api/, whose last rule answers everything else.
    path("", include("api.compatibility.urls")),
    path("api/", include("api.urls")),
    path("", include("rooms.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
]
