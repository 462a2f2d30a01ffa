"""The Celery application; its clock is CELERY_BEAT_SCHEDULE.

Tasks may run twice and get lost: every one of them looks at its rows first, and the sweeps
find what a lost queue forgot.
"""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("doorbell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Celery would put handlers of its own in the place of ours, which mask secrets."""
    logging.config.dictConfig(settings.LOGGING)
