from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Models are there only now.
        from accounts.keys import members
        from accounts.sign_in import changes

        changes.listen()
        members.listen()
