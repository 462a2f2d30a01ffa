from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.base.middleware import GetResponse
from accounts.sign_in.sessions import note_seen


class SeenMiddleware:
    """Keeps when a signed-in browser was last seen; guests cost nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            note_seen(request)
        return self.get_response(request)
