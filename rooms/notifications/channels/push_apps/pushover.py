"""Calling by Pushover (https://pushover.net/api)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.http import (
    HttpChannel,
    Request,
    check,
    make_form,
    open_token,
    seal_token,
)
from rooms.notifications.channels.words import Notice

KEY = re.compile(r"[A-Za-z0-9]{30}")
# 1 of 2: passes the quiet hours of the app; 2 would ring until it is answered there.
PRIORITY = 1


class PushoverChannel(HttpChannel):
    kind = "pushover"
    identity = ("user",)
    title = _("Pushover")
    form = make_form(_("User or group key"), "", _("Application token"))

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        user = check(address, KEY, field="address")
        return {"user": user, "token": seal_token(check(token, KEY, field="token"))}

    def describe(self, target: Target) -> str:
        return f"Pushover …{target.address['user'][-4:]}"

    def write(self, target: Target, notice: Notice) -> Request:
        message = {
            "token": open_token(target),
            "user": target.address["user"],
            "title": notice.title,
            "message": notice.text,
            "url": notice.url,
            "url_title": notice.action,
            "priority": PRIORITY,
        }
        return Request(f"{settings.PUSHOVER_API_URL}/1/messages.json", message)

    def read_error(self, answer: http.HttpResult, said: Mapping[str, Any]) -> str:
        errors = said.get("errors")
        return ", ".join(map(str, errors)) if isinstance(errors, list) else ""
