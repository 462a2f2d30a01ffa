from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, revoke_api_key

NAME_MAX_CHARS = 80


class Command(BaseCommand):
    help = "Make a key that may open and look after all accounts; it is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="what will use the key")
        parser.add_argument("--days", type=int, help="how long it is valid; for ever without")
        parser.add_argument("--per-minute", type=int, help="requests a minute for this key")
        parser.add_argument("--list", action="store_true", help="list the keys in use")
        parser.add_argument("--revoke", metavar="PREFIX", help="make a key useless")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            return self.list_keys()
        if options["revoke"]:
            return self.revoke(options["revoke"])
        if not options["name"] or len(options["name"]) > NAME_MAX_CHARS:
            raise CommandError(f"Give the key a name of up to {NAME_MAX_CHARS} characters.")
        days, per_minute = options["days"], options["per_minute"]
        if any(number is not None and number < 1 for number in (days, per_minute)):
            raise CommandError("Days and requests a minute are whole numbers above zero.")
        _, text = create_api_key(
            None,
            options["name"],
            ApiKey.Scope.PLATFORM,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
            requests_a_minute=per_minute,
        )
        self.stderr.write("This key is not shown again. It opens and sees every account.")
        self.stdout.write(text)

    def list_keys(self) -> None:
        for key in ApiKey.objects.live().filter(scope=ApiKey.Scope.PLATFORM).order_by("pk"):
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            self.stdout.write(f"{key.prefix}  {key.name}  last used: {used}")

    def revoke(self, prefix: str) -> None:
        key = ApiKey.objects.filter(scope=ApiKey.Scope.PLATFORM, prefix=prefix).first()
        if key is None:
            raise CommandError("There is no such platform key; see --list.")
        revoke_api_key(key)
        self.stdout.write(f"Revoked {key.name}.")
