from __future__ import annotations

import gc

# What is imported is no garbage: looking it through again and again is a sixth of the start.
# config.apps ends this when everything is loaded.
gc.disable()

# `shared_task` binds to the current application, so it must exist in every process.
from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
