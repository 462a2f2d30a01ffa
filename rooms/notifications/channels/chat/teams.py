"""Calling in Microsoft Teams, by a workflow that starts with a webhook
(https://learn.microsoft.com/connectors/teams/, Adaptive Cards 1.4)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.chat.markdown import escape
from rooms.notifications.channels.http import make_form
from rooms.notifications.channels.words import Notice

CARD = {
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "type": "AdaptiveCard",
    "version": "1.4",
}


class TeamsChannel(HookChannel):
    kind = "teams"
    title = _("Microsoft Teams")
    form = make_form(_("Workflow's webhook"), "https://….logic.azure.com/workflows/…")
    hosts = ("*.logic.azure.com", "*.powerplatform.com", "*.webhook.office.com")
    path = re.compile(r"/[!-~]{20,480}")

    def write_message(self, notice: Notice) -> dict[str, Any]:
        body = [
            {"type": "TextBlock", "text": escape(notice.title), "weight": "Bolder", "wrap": True},
            {"type": "TextBlock", "text": escape(notice.text), "wrap": True},
        ]
        actions = [{"type": "Action.OpenUrl", "title": notice.action, "url": notice.url}]
        card = {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {**CARD, "body": body, "actions": actions},
        }
        return {"type": "message", "attachments": [card]}
