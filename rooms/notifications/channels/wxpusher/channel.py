"""Calling in WeChat by WxPusher (https://wxpusher.zjiecode.com/docs/)."""

from __future__ import annotations

import re
import time
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Unavailable
from accounts.limits import rate_limits
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.base import http
from rooms.notifications.channels.base import Result, Retry, Sent
from rooms.notifications.channels.codes import GOOD_FOR_S, make_code
from rooms.notifications.channels.http import (
    HttpChannel,
    Request,
    check,
    make_form,
    read_json,
    refuse_token,
    send,
)
from rooms.notifications.channels.words import Notice

UID = re.compile(r"UID_[A-Za-z0-9]{10,50}")
SUMMARY_MAX_CHARS = 100
TEXT = 1
# Two requests a second are taken; who finds no room within so long comes back later.
RATE = "2/1"
ROOM_WAIT_S = 5


class WxPusherChannel(HttpChannel):
    kind = "wxpusher"
    identity = ("uid",)
    # It waits for room, which must not hold up those that have it.
    is_slow = True
    title = _("WeChat (WxPusher)")
    form = make_form(_("UID, if you follow our app already"), "UID_…")
    template = "rooms/notifications/channels/wxpusher.html"
    code_at = "code"
    code_taken = 1000
    error_at = ("msg",)

    @property
    def is_available(self) -> bool:
        return bool(settings.WXPUSHER_APP_TOKEN)

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        refuse_token(token)
        return {"uid": check(address, UID, field="address")}

    def describe(self, target: Target) -> str:
        return f"WxPusher …{target.address['uid'][-4:]}"

    def write(self, target: Target, notice: Notice) -> Request:
        payload = {
            "appToken": settings.WXPUSHER_APP_TOKEN,
            "content": f"{notice.title}\n{notice.text}",
            "summary": notice.title[:SUMMARY_MAX_CHARS],
            "contentType": TEXT,
            "uids": [target.address["uid"]],
            "url": notice.url,
        }
        return Request(f"{settings.WXPUSHER_API_URL}/api/send/message", payload)

    def ask(self, request: Request) -> Result:
        end = time.monotonic() + ROOM_WAIT_S
        while not (room := rate_limits.check("wxpusher", "app", rate=RATE)).allowed:
            if time.monotonic() > end:
                return Retry("too many at once", after_s=room.retry_after_s)
            time.sleep(0.1)
        return super().ask(request)

    def judge(self, answer: http.HttpResult) -> Result:
        """WxPusher says for each UID whether it takes the message, beside the code for all."""
        result = super().judge(answer)
        each = read_json(answer).get("data")
        if isinstance(result, Sent) and isinstance(each, list) and each:
            first = each[0] if isinstance(each[0], dict) else {}
            if first.get("code", self.code_taken) != self.code_taken:
                return Retry(f"{first.get('code')} {first.get('status', '')}".strip())
        return result


def fetch_qr(membership: Membership) -> tuple[str, bytes]:
    """Return the kind and content of the picture by which a member follows the app.

    Raises Unavailable.
    """
    wish = {
        "appToken": settings.WXPUSHER_APP_TOKEN,
        "extra": make_code(membership, WxPusherChannel.kind),
        "validTime": GOOD_FOR_S,
    }
    try:
        said = read_json(send(Request(f"{settings.WXPUSHER_API_URL}/api/fun/create/qrcode", wish)))
        picture = http.send("GET", str(said["data"]["url"]), headers={})
    except (http.OutgoingError, LookupError, TypeError):
        raise Unavailable from None
    kind = picture.headers.get("content-type", "").partition(";")[0]
    if not picture.is_success or kind not in ("image/png", "image/jpeg", "image/gif"):
        raise Unavailable
    return kind, picture.body


def callback_secret() -> str:
    """Return the part of our address that only WxPusher knows: it signs nothing it sends."""
    token = settings.WXPUSHER_APP_TOKEN
    return salted_hmac("doorbell.wxpusher", token, algorithm="sha256").hexdigest()[:40]
