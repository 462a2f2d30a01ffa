"""Calling in Telegram, where a reply is an answer; what comes in is in answers.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.base import http
from rooms.notifications.channels.base import Result, Sent
from rooms.notifications.channels.http import DEAD_STATUSES, HttpChannel, Request, read_json
from rooms.notifications.channels.telegram import bot
from rooms.notifications.channels.words import Notice

# Telegram takes 4,096 letters.
TEXT_MAX_CHARS = 4_000


class TelegramForm(forms.Form):
    """Nothing to type: the bot tells which chat it is."""


class TelegramChannel(HttpChannel):
    kind = "telegram"
    identity = ("chat",)
    form = TelegramForm
    template = "rooms/notifications/channels/telegram.html"
    title = _("Telegram")
    error_at = ("description",)
    # 401 and 404 are about the bot's token and not about this member's chat.
    dead_statuses = DEAD_STATUSES - {401, 404}

    @property
    def is_available(self) -> bool:
        return bool(settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_BOT_NAME)

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return self.parse_text("", "")

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        """A bot may write only to who wrote to it first. Raises Invalid."""
        raise Invalid("A member adds Telegram on their page of alerts.", field="address")

    def describe(self, target: Target) -> str:
        return f"Telegram {target.address.get('name', '')}".strip()

    def is_proven(self, membership: Membership, address: Mapping[str, Any]) -> bool:
        """The chat told the code that only the member's page shows."""
        return True

    def write(self, target: Target, notice: Notice) -> Request:
        text = f"{notice.title}\n{notice.text}"
        if _is_public(notice.url):
            button = {"text": notice.action, "url": notice.url}
            return write_text(target, text, reply_markup={"inline_keyboard": [[button]]})
        # Telegram refuses buttons to a machine of one's own.
        return write_text(target, f"{text}\n{notice.url}")

    def follow(self, target: Target, text: str, reference: str) -> Result:
        """A reply to what was the call, so that both stand together."""
        answered = {"message_id": int(reference), "allow_sending_without_reply": True}
        return self.ask(write_text(target, text, reply_parameters=answered))

    def judge(self, answer: http.HttpResult) -> Result:
        result = super().judge(answer)
        if not isinstance(result, Sent):
            return result
        sent = read_json(answer).get("result")
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return Sent(reference=str(number or ""))

    def read_wait_s(self, said: Mapping[str, Any]) -> float:
        """Flood waits come in the body, in seconds."""
        asked = said.get("parameters")
        wait_s = asked.get("retry_after") if isinstance(asked, dict) else None
        return wait_s if isinstance(wait_s, int) else 0


def write_text(target: Target, text: str, **more: Any) -> Request:
    payload = {
        "chat_id": target.address["chat"],
        # Without a parse_mode nothing in it is markup.
        "text": text[:TEXT_MAX_CHARS],
        "link_preview_options": {"is_disabled": True},
        **more,
    }
    return bot.request("sendMessage", payload)


def _is_public(url: str) -> bool:
    return "." in (urlsplit(url).hostname or "").rstrip("0123456789.")
