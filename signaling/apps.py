from __future__ import annotations

from django.apps import AppConfig


class SignalingConfig(AppConfig):
    name = "signaling"

    def ready(self) -> None:
        # The layer and its settings are there only now.
        from accounts.base import streaming
        from signaling import files, metrics

        metrics.register()
        streaming.register(files.read_pieces)
