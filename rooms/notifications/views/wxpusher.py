"""Following the app in WeChat by a QR code, and being told who did."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.base.errors import Conflict, Invalid, LimitReached, NotFound
from accounts.limits import rate_limits
from accounts.team.access import MemberRequest, member_required
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.codes import read_code
from rooms.notifications.channels.wxpusher.channel import (
    WxPusherChannel,
    callback_secret,
    fetch_qr,
)
from rooms.notifications.targets import add_address

KIND = WxPusherChannel.kind
FOLLOWED = "app_subscribe"


@never_cache
@member_required
@require_POST
def show_qr(request: MemberRequest) -> HttpResponse:
    """Show the picture to scan. Raises NotFound, RateLimited, Unavailable."""
    _require_app()
    rate_limits.hit("target", request.user.uuid)
    kind, content = fetch_qr(request.membership)
    picture = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return render(request, "rooms/notifications/wxpusher.html", {"picture": picture})


@csrf_exempt
@require_POST
def take_callback(request: HttpRequest, secret: str) -> HttpResponse:
    """Add the UID of whoever scanned a member's code. A repeat changes nothing. Raises NotFound."""
    _require_app()
    if not constant_time_compare(secret, callback_secret()):
        raise NotFound
    if (follower := _read(request.body)) is not None:
        # Being told again would change nothing.
        with suppress(NotFound, Invalid, Conflict, LimitReached):
            membership = read_code(follower.code, KIND)
            address = channel_of(KIND).parse_text(follower.uid, "")
            add_address(membership=membership, kind=KIND, address=address, is_proven=True)
    return HttpResponse(status=204)


class Follower(NamedTuple):
    """Who scanned a member's code."""

    code: str
    uid: str


def _read(body: bytes) -> Follower | None:
    """Return None for other news, like a message to the app."""
    try:
        said: Any = json.loads(body)
        if said["action"] != FOLLOWED:
            return None
        return Follower(str(said["data"]["extra"]), str(said["data"]["uid"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _require_app() -> None:
    """Raises NotFound."""
    if not channel_of(KIND).is_available:
        raise NotFound
