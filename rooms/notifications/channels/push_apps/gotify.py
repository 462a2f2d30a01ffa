"""Calling by Gotify, on a server of one's own (https://gotify.net/api-docs)."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from accounts.targets.models import Target
from rooms.notifications.channels.http import Request, make_form, open_token
from rooms.notifications.channels.push_apps.servers import ServerChannel
from rooms.notifications.channels.words import Notice

# 8 of 10: sounds and stays on the screen.
PRIORITY = 8


class GotifyChannel(ServerChannel):
    kind = "gotify"
    title = _("Gotify")
    form = make_form(_("Server"), "https://gotify.example.com", _("Application token"))
    key = re.compile(r"[A-Za-z0-9._-]{10,60}")
    error_at = ("errorDescription", "error")

    def write(self, target: Target, notice: Notice) -> Request:
        message = {
            "title": notice.title,
            "message": notice.text,
            "priority": PRIORITY,
            "extras": {"client::notification": {"click": {"url": notice.url}}},
        }
        headers = {"X-Gotify-Key": open_token(target)}
        return Request(f"{target.address['url']}/message", message, headers=headers)
