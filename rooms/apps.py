from __future__ import annotations

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        # Models are there only now.
        from rooms import usage
        from rooms.conversations import revocation
        from rooms.conversations.services import removals
        from rooms.notifications import following, metrics
        from rooms.privacy import retention
        from rooms.provisioning import takeover

        revocation.listen()
        removals.listen()
        following.listen()
        retention.listen()
        takeover.listen()
        usage.register()
        metrics.register()
