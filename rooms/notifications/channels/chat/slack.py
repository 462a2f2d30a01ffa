"""Calling in Slack (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from rooms.base import http
from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.http import make_form
from rooms.notifications.channels.words import Notice, to_line


class SlackChannel(HookChannel):
    kind = "slack"
    title = _("Slack")
    form = make_form(_("Incoming webhook"), "https://hooks.slack.com/services/…")
    hosts = ("hooks.slack.com", "hooks.slack-gov.com")
    path = re.compile(r"/(services|workflows)/[A-Za-z0-9/_-]{10,200}")

    def write_message(self, notice: Notice) -> dict[str, Any]:
        title, text = _escape(notice.title), _escape(notice.text)
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": notice.action},
            "url": notice.url,
        }
        return {
            # What a phone's notification shows.
            "text": title,
            "blocks": [
                {"type": "section", "text": {"type": "mrkdwn", "text": f"*{title}*\n{text}"}},
                {"type": "actions", "elements": [button]},
            ],
        }

    def read_error(self, answer: http.HttpResult, said: Mapping[str, Any]) -> str:
        """Slack answers in one bare word, like `no_service`."""
        return to_line(answer.body.decode(errors="replace"))


def _escape(text: str) -> str:
    """The three characters that mean something; a star in a name at most turns bold off."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
