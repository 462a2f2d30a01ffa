"""Calling an iPhone by Bark, on its own server or another (https://bark.day.app/#/tutorial)."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from accounts.targets.models import Target
from rooms.notifications.channels.http import Request, make_form, open_token
from rooms.notifications.channels.push_apps.servers import ServerChannel
from rooms.notifications.channels.words import Notice


class BarkChannel(ServerChannel):
    kind = "bark"
    title = _("Bark")
    form = make_form(_("Server"), "https://api.day.app", _("Key of the device"))
    key = re.compile(r"[A-Za-z0-9_-]{8,60}")
    code_at = "code"
    code_taken = 200
    error_at = ("message",)

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
