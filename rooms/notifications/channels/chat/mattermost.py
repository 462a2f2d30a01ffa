"""Calling in Mattermost (https://developers.mattermost.com/integrate/webhooks/incoming/)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.chat.markdown import escape
from rooms.notifications.channels.http import make_form
from rooms.notifications.channels.words import Notice


class MattermostChannel(HookChannel):
    kind = "mattermost"
    title = _("Mattermost")
    form = make_form(_("Incoming webhook"), "https://chat.example.com/hooks/…")
    path = re.compile(r"/([A-Za-z0-9_-]{1,60}/)?hooks/[a-z0-9]{20,40}")
    error_at = ("message",)

    def write_message(self, notice: Notice) -> dict[str, Any]:
        title, text = escape(notice.title), escape(notice.text)
        return {"text": f"**{title}**\n{text} [{escape(notice.action)}]({notice.url})"}
