"""How the bot's updates come here: told by Telegram, or asked for where it cannot reach us."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from rooms.base.http import OutgoingError
from rooms.notifications.channels.telegram import bot
from rooms.notifications.channels.telegram.answers import understand

# Less than a request may take, see rooms.base.http.
POLL_S = 5
ALLOWED = ["message"]


class Command(BaseCommand):
    help = "Tell Telegram where this bot listens (webhook), or ask it for updates (poll)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("way", choices=["webhook", "poll"])
        parser.add_argument("--once", action="store_true", help="poll: stop when there is no more")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TELEGRAM_BOT_TOKEN:
            raise CommandError("TELEGRAM_BOT_TOKEN is not set; @BotFather gives one.")
        try:
            if options["way"] == "webhook":
                self.set_webhook()
            else:
                self.poll(once=options["once"])
        except OutgoingError as error:
            raise CommandError(f"Telegram is out of reach: {error}") from None

    def set_webhook(self) -> None:
        url = settings.SITE_URL + reverse("rooms:telegram_update")
        wish = {"url": url, "secret_token": bot.webhook_secret(), "allowed_updates": ALLOWED}
        self._ask("setWebhook", wish)
        self.stdout.write(f"Telegram tells {url} what members write to the bot.")

    def poll(self, *, once: bool) -> None:
        self._ask("deleteWebhook", {})
        offset = 0
        while True:
            wish = {"offset": offset, "timeout": POLL_S, "allowed_updates": ALLOWED}
            updates = self._ask("getUpdates", wish)["result"]
            for update in updates:
                if answer := understand(update):
                    bot.call(answer.pop("method"), answer)
                offset = update["update_id"] + 1
            if once and not updates:
                return

    def _ask(self, method: str, payload: dict[str, Any]) -> dict[str, Any]:
        answer = bot.call(method, payload)
        if not answer.get("ok"):
            raise CommandError(f"Telegram refuses {method}: {answer.get('description')}")
        return answer
