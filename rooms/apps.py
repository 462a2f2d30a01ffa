from __future__ import annotations

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        # Models are there only now.
        from rooms import metrics, usage
        from rooms.services import team

        team.listen()
        usage.register()
        metrics.register()
