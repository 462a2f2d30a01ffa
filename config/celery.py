"""The Celery application; its clock is CELERY_BEAT_SCHEDULE.

Tasks may run twice and get lost: every one of them looks at its rows first, and the sweeps
find what a lost queue forgot.
"""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("doorbell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
