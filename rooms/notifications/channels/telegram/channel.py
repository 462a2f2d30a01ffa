"""Calling in Telegram, where a reply is an answer; what comes in is in answers.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.base import http
from rooms.notifications.channels.base import Dead, Result, Retry, Sent
from rooms.notifications.channels.http import HttpChannel, Request, read_json
from rooms.notifications.channels.telegram import bot
from rooms.notifications.channels.words import Notice

# Telegram takes 4,096 letters.
TEXT_MAX_CHARS = 4_000
RETRY_AFTER_MAX_S = 86_400
# The bot's token is wrong: nothing about this member's chat.
OUR_FAULT_STATUSES = {401, 404}


class TelegramForm(forms.Form):
    """Nothing to type: the bot tells which chat it is."""


class TelegramChannel(HttpChannel):
    kind = "telegram"
    identity = ("chat",)
    form = TelegramForm
    template = "rooms/notifications/channels/telegram.html"
    title = _("Telegram")
    can_follow = True
    error_at = ("description",)

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
        said = read_json(answer)
        result = super().judge(answer)
        if isinstance(result, Sent):
            sent = said.get("result")
            number = sent.get("message_id") if isinstance(sent, dict) else None
            return replace(result, reference=str(number or ""))
        if isinstance(result, Dead) and answer.status in OUR_FAULT_STATUSES:
            return Retry(result.reason)
        return _wait_as_asked(result, said)


def write_text(target: Target, text: str, **more: Any) -> Request:
    payload = {
        "chat_id": target.address["chat"],
        # Without a parse_mode nothing in it is markup.
        "text": text[:TEXT_MAX_CHARS],
        "link_preview_options": {"is_disabled": True},
        **more,
    }
    return bot.request("sendMessage", payload)


def _wait_as_asked(result: Result, said: Mapping[str, Any]) -> Result:
    """Flood waits come in the body, in seconds."""
    asked = said.get("parameters")
    wait_s = asked.get("retry_after") if isinstance(asked, dict) else None
    if isinstance(result, Retry) and result.after_s is None and isinstance(wait_s, int):
        return Retry(result.reason, float(min(max(wait_s, 1), RETRY_AFTER_MAX_S)))
    return result


def _is_public(url: str) -> bool:
    return "." in (urlsplit(url).hostname or "").rstrip("0123456789.")
