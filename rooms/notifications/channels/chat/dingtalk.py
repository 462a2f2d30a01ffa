"""Calling in DingTalk, by a custom robot
(https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import Any
from urllib.parse import quote_plus

from django.utils.translation import gettext_lazy as _

from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.chat.markdown import strip
from rooms.notifications.channels.http import Request, make_form
from rooms.notifications.channels.words import Notice


class DingTalkChannel(HookChannel):
    kind = "dingtalk"
    title = _("DingTalk")
    form = make_form(
        _("Custom robot's webhook"),
        "https://oapi.dingtalk.com/robot/send?access_token=…",
        _("Signing secret, if it has one"),
        is_needed=False,
    )
    hosts = ("oapi.dingtalk.com", "api.dingtalk.com")
    path = re.compile(r"/robot/send\?access_token=[A-Za-z0-9]{20,100}")
    secret = re.compile(r"SEC[A-Za-z0-9]{20,100}")
    code_at = "errcode"
    error_at = ("errmsg",)
    # Token unknown, robot gone or stopped; signature, address or keyword not as agreed.
    dead_codes = frozenset({300001, 300005, 310000, 400013, 400101, 400102, 400105})

    def write_message(self, notice: Notice) -> dict[str, Any]:
        return {
            "msgtype": "actionCard",
            "actionCard": {
                "title": strip(notice.title),
                "text": f"**{strip(notice.title)}**\n\n{strip(notice.text)}",
                "singleTitle": notice.action,
                "singleURL": notice.url,
            },
        }

    def sign(self, url: str, message: dict[str, Any], secret: str) -> Request:
        if not secret:
            return Request(url, message)
        at = str(int(time.time() * 1000))
        mac = hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256)
        signature = quote_plus(base64.b64encode(mac))
        return Request(f"{url}&timestamp={at}&sign={signature}", message)
