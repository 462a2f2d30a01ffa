from __future__ import annotations

from django.urls import include, path

handler400 = "accounts.base.handlers.answer_bad_request"
handler403 = "accounts.base.handlers.answer_forbidden"
handler404 = "accounts.base.handlers.answer_not_found"
handler500 = "accounts.base.handlers.answer_server_error"

urlpatterns = [
    # Before api/, whose last rule answers everything else.
    path("", include("api.compatibility.urls")),
    path("api/", include("api.urls")),
    path("", include("rooms.urls")),
    path("", include("accounts.urls")),
    # After accounts/, which answers some of its addresses.
    path("accounts/", include("allauth.urls")),
]
