from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def show_home(request: HttpRequest) -> HttpResponse:
    """What this is, for strangers; members go on to their inbox."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/home.html")
