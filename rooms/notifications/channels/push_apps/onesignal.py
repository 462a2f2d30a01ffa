"""Calling by an app of one's own through OneSignal
(https://documentation.onesignal.com/reference/push-notification)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.base import Dead, Result
from rooms.notifications.channels.http import (
    HttpChannel,
    Request,
    check,
    make_form,
    open_token,
    read_json,
    seal_token,
)
from rooms.notifications.channels.words import Notice

# The app's UUID and the person's external id in it.
ADDRESS = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/[!-~]{1,128}")
KEY = re.compile(r"[A-Za-z0-9_-]{20,200}")


class OneSignalChannel(HttpChannel):
    kind = "onesignal"
    identity = ("app", "person")
    title = _("OneSignal")
    form = make_form(_("App ID and external ID of the person"), "app-id/external-id", _("API key"))

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        app, _slash, person = check(address, ADDRESS, field="address").partition("/")
        key = check(token, KEY, field="token")
        return {"app": app.lower(), "person": person, "token": seal_token(key)}

    def describe(self, target: Target) -> str:
        return f"OneSignal {target.address['person']}"

    def write(self, target: Target, notice: Notice) -> Request:
        # English has to be there; OneSignal shows it to whoever speaks none of the others.
        message = {
            "app_id": target.address["app"],
            "include_aliases": {"external_id": [target.address["person"]]},
            "target_channel": "push",
            "headings": {"en": notice.title},
            "contents": {"en": notice.text},
            "url": notice.url,
            "idempotency_key": notice.key,
        }
        headers = {"Authorization": f"Key {open_token(target)}"}
        return Request(f"{settings.ONESIGNAL_API_URL}/notifications", message, headers=headers)

    def judge(self, answer: http.HttpResult) -> Result:
        """A 200 without an id has reached nobody: no device of this person takes pushes."""
        said = read_json(answer)
        if answer.is_success and not said.get("id"):
            return Dead(f"{answer.status} {self.read_error(answer, said)}".strip())
        return super().judge(answer)

    def read_error(self, answer: http.HttpResult, said: Mapping[str, Any]) -> str:
        errors = said.get("errors")
        return ", ".join(map(str, errors)) if isinstance(errors, list) else str(errors or "")
