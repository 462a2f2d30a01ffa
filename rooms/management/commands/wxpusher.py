"""What WxPusher has to know of us."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from rooms.notifications.channels.wxpusher.channel import callback_secret


class Command(BaseCommand):
    help = "Say which callback address the app at WxPusher needs. Who knows it can add followers."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.WXPUSHER_APP_TOKEN:
            raise CommandError("WXPUSHER_APP_TOKEN is not set; WxPusher gives one with the app.")
        path = reverse("rooms:wxpusher_callback", args=[callback_secret()])
        self.stdout.write(f"Callback address: {settings.SITE_URL}{path}")
