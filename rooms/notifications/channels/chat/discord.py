"""Calling in Discord (https://docs.discord.com/developers/resources/webhook#execute-webhook)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from rooms.notifications.channels.chat.hooks import HookChannel
from rooms.notifications.channels.chat.markdown import escape
from rooms.notifications.channels.http import make_form
from rooms.notifications.channels.words import Notice


class DiscordChannel(HookChannel):
    kind = "discord"
    title = _("Discord")
    form = make_form(_("Webhook of a channel"), "https://discord.com/api/webhooks/…")
    hosts = ("discord.com", "discordapp.com", "canary.discord.com", "ptb.discord.com")
    path = re.compile(r"/api/(v\d{1,2}/)?webhooks/\d{5,25}/[A-Za-z0-9_-]{20,120}")
    error_at = ("message",)

    def write_message(self, notice: Notice) -> dict[str, Any]:
        return {
            "content": escape(notice.title),
            # A guest who calls themselves @everyone wakes nobody.
            "allowed_mentions": {"parse": []},
            "embeds": [
                {"title": notice.action, "description": escape(notice.text), "url": notice.url}
            ],
        }
