from __future__ import annotations

import gc

from django.apps import AppConfig
from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class ConfigConfig(AppConfig):
    """Carries the system checks and the `up` and `doctor` commands."""

    name = "config"

    def ready(self) -> None:
        from config.checks import settings  # noqa: F401

        # It stays for good, so later collections need not go through it either.
        gc.freeze()
        gc.enable()


class StaticFilesConfig(DjangoStaticFilesConfig):
    ignore_patterns = settings.STATICFILES_IGNORED
