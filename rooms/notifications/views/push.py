"""What a browser's service worker asks for: itself, and to be known by its new subscription."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.base.errors import Invalid
from accounts.base.origins import check_origin
from accounts.limits import rate_limits
from rooms.notifications.channels.webpush.channel import MALFORMED
from rooms.notifications.targets import replace_subscription

RENEWALS = "10/3600"
WORKER = "rooms/notifications/service-worker.js"


@require_safe
@cache_control(no_cache=True)
def show_worker(request: HttpRequest) -> HttpResponse:
    """The script at the top of the site: a worker may speak for what lies below its address."""
    return HttpResponse(_read_worker(), content_type="text/javascript; charset=utf-8")


# The old endpoint is known to nobody but the browser and us, so it is the proof.
@csrf_exempt
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Take the subscription that a browser made in place of an old one.

    Raises Forbidden, Invalid, NotFound, RateLimited.
    """
    check_origin(request)
    rate_limits.hit("push_renewal", rate_limits.client_address(request), rate=RENEWALS)
    said = _read(request.body)
    replace_subscription(old=said["old"], new=said["subscription"])
    return HttpResponse(status=204)


def _read(body: bytes) -> dict[str, str]:
    """Raises Invalid."""
    try:
        said: Any = json.loads(body)
        return {"old": str(said["old"]), "subscription": json.dumps(said["subscription"])}
    except MALFORMED:
        raise Invalid("Say which subscription takes the place of which.") from None


@cache
def _read_worker() -> str:
    path = finders.find(WORKER)
    assert path
    return Path(path).read_text()
