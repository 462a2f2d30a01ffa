"""Calling in WeCom, by a group's robot (https://developer.work.weixin.qq.com/document/path/91770)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.chat.markdown import strip
from rooms.notifications.channels.http import make_form
from rooms.notifications.channels.words import Notice


class WeComChannel(HookChannel):
    kind = "wecom"
    title = _("WeCom")
    form = make_form(
        _("Group robot's webhook"), "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
    )
    hosts = ("qyapi.weixin.qq.com",)
    path = re.compile(r"/cgi-bin/webhook/send\?key=[A-Za-z0-9-]{20,60}")
    code_at = "errcode"
    error_at = ("errmsg",)
    # No such robot, its group is gone, the message is not taken.
    dead_codes = frozenset({40008, 40058, 93000, 93008, 93017})

    def write_message(self, notice: Notice) -> dict[str, Any]:
        title, text = strip(notice.title), strip(notice.text)
        content = f"**{title}**\n{text}\n[{strip(notice.action)}]({notice.url})"
        return {"msgtype": "markdown", "markdown": {"content": content}}
