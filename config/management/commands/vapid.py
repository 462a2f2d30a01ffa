"""The key pair by which push services know this installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from rooms.notifications.channels.webpush import vapid


class Command(BaseCommand):
    help = "Print a new key for web push. Browsers subscribed with another one have to do so again."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        private_key = vapid.make_private_key()
        self.stdout.write(f"# Public key: {vapid.public_key_of(private_key)}")
        self.stdout.write(f"VAPID_PRIVATE_KEY={private_key}")
