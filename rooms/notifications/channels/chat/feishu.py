"""Calling in Feishu, abroad called Lark, by a custom bot
(https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import Any

from django.utils.translation import gettext_lazy as _

from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.http import Request, make_form
from rooms.notifications.channels.words import Notice


class FeishuChannel(HookChannel):
    kind = "feishu"
    title = _("Feishu / Lark")
    form = make_form(
        _("Custom bot's webhook"),
        "https://open.feishu.cn/open-apis/bot/v2/hook/…",
        _("Signing secret, if it has one"),
        is_needed=False,
    )
    hosts = ("open.feishu.cn", "open.larksuite.com")
    path = re.compile(r"/open-apis/bot/v2/hook/[A-Za-z0-9-]{20,60}")
    secret = re.compile(r"[A-Za-z0-9]{10,60}")
    code_at = "code"
    error_at = ("msg",)
    # No such bot, wrong signature, address not allowed, keyword missing.
    dead_codes = frozenset({9499, 19001, 19021, 19022, 19024})

    def write_message(self, notice: Notice) -> dict[str, Any]:
        link = {"tag": "a", "text": notice.action, "href": notice.url}
        lines = [[{"tag": "text", "text": notice.text}], [link]]
        # The key only says where it lies; what is in it is in the reader's language already.
        return {
            "msg_type": "post",
            "content": {"post": {"zh_cn": {"title": notice.title, "content": lines}}},
        }

    def sign(self, url: str, message: dict[str, Any], secret: str) -> Request:
        if not secret:
            return Request(url, message)
        at = str(int(time.time()))
        mac = hmac.digest(f"{at}\n{secret}".encode(), b"", hashlib.sha256)
        return Request(url, {"timestamp": at, "sign": base64.b64encode(mac).decode(), **message})
