"""The bot by which this installation speaks in Telegram (https://core.telegram.org/bots/api)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from rooms.base import http
from rooms.notifications.channels.http import Request, read_json, send

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def request(method: str, payload: dict[str, Any]) -> Request:
    return Request(f"{_base_url()}/{method}", payload)


def call(method: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Ask Telegram and return its answer, `ok` or not. Raises OutgoingError."""
    answer = send(request(method, payload))
    said = read_json(answer)
    if not said:
        raise http.OutgoingError(f"Telegram answered {answer.status} and nothing to read.")
    return said


def webhook_secret() -> str:
    """Return what Telegram sends along, so that nobody else can speak for it."""
    token = settings.TELEGRAM_BOT_TOKEN
    return salted_hmac("doorbell.telegram", token, algorithm="sha256").hexdigest()


def start_url(code: str) -> str:
    """Return the address that opens the bot and has it say the code."""
    return f"https://t.me/{settings.TELEGRAM_BOT_NAME}?start={code}"


def _base_url() -> str:
    return f"{settings.TELEGRAM_API_URL}/bot{settings.TELEGRAM_BOT_TOKEN}"
