from __future__ import annotations

# `shared_task` binds to the current application, so it must exist in every process.
from config.celery import app as celery_app

__all__ = ["celery_app"]
