"""The Celery application and its clock.

Tasks may run twice and get lost: every one of them looks at its rows first, and the sweeps
below find what a lost queue forgot.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("doorbell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

SCHEDULE: dict[str, dict[str, Any]] = {}
app.conf.beat_schedule = SCHEDULE
