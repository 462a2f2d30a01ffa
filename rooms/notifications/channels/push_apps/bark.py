"""Calling an iPhone by Bark, on its own server or another (https://bark.day.app/#/tutorial)."""

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

KEY = re.compile(r"[A-Za-z0-9_-]{8,60}")


class BarkChannel(HttpChannel):
    kind = "bark"
    identity = ("url", "mark")
    title = _("Bark")
    form = make_form(_("Server"), "https://api.day.app", _("Key of the device"))
    code_at = "code"
    code_taken = 200
    error_at = ("message",)

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        url = check_server(address)
        key = check(token, KEY, field="token")
        return {"url": url, "mark": mark(key), "token": seal_token(key)}

    def describe(self, target: Target) -> str:
        return f"{self.title} · {http.server_of(target.address['url'])}"

    def write(self, target: Target, notice: Notice) -> Request:
        message = {
            "device_key": open_token(target),
            "title": notice.title,
            "body": notice.text,
            "url": notice.url,
            "group": "Doorbell",
            # Shown in spite of a focus mode.
            "level": "timeSensitive",
        }
        return Request(f"{target.address['url']}/push", message)
