"""Calling by Gotify, on a server of one's own (https://gotify.net/api-docs)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.http import (
    HttpChannel,
    Request,
    check,
    check_server,
    make_form,
    mark,
    open_token,
    seal_token,
)
from rooms.notifications.channels.words import Notice

TOKEN = re.compile(r"[A-Za-z0-9._-]{10,60}")
# 8 of 10: sounds and stays on the screen.
PRIORITY = 8


class GotifyChannel(HttpChannel):
    kind = "gotify"
    identity = ("url", "mark")
    title = _("Gotify")
    form = make_form(_("Server"), "https://gotify.example.com", _("Application token"))
    error_at = ("errorDescription", "error")

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        url = check_server(address)
        token = check(token, TOKEN, field="token")
        return {"url": url, "mark": mark(token), "token": seal_token(token)}

    def describe(self, target: Target) -> str:
        return f"{self.title} · {http.server_of(target.address['url'])}"

    def write(self, target: Target, notice: Notice) -> Request:
        message = {
            "title": notice.title,
            "message": notice.text,
            "priority": PRIORITY,
            "extras": {"client::notification": {"click": {"url": notice.url}}},
        }
        headers = {"X-Gotify-Key": open_token(target)}
        return Request(f"{target.address['url']}/message", message, headers=headers)
