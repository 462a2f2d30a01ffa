"""Who is signed in shows once more that it is them, before what a thief of the session would do.

By password, passkey or code, on the pages of allauth; it is good for
ACCOUNT_REAUTHENTICATION_TIMEOUT seconds. A form that was sent too early waits in the session and
is taken up afterwards, so nothing typed is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

from accounts.base.errors import ConfirmationRequired

View = TypeVar("View", bound=Callable[..., Any])
SAFE = {"GET", "HEAD"}


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the person has just shown that it is them; signing in alone does not."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    shown = [record["at"] for record in records if record.get("reauthenticated")]
    return bool(shown) and time.time() - shown[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def check_confirmed(request: HttpRequest) -> None:
    """For a script of a page. Raises ConfirmationRequired."""
    if not is_confirmed(request):
        raise ConfirmationRequired


def require_confirmation(request: HttpRequest) -> None:
    """For a page: allauth's middleware leads to the way back. Raises ReauthenticationRequired."""
    if not is_confirmed(request):
        raise ReauthenticationRequired


def confirmation_required(view: View) -> View:
    """Let changes through after a confirmation; looking is free."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> Any:
        if request.method not in SAFE:
            require_confirmation(request)
        return view(request, *args, **kwargs)

    return cast(View, guarded)
