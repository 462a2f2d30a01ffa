"""Telling workers of files that wait to be looked through; the rows are the record."""

from __future__ import annotations

from collections.abc import Iterable

from celery import current_app

from rooms.base import broker

TASK, QUEUE = "rooms.tasks.process_attachment", "maintenance"


def ask_for(attachment_ids: Iterable[int]) -> None:
    """Queue them; the sweep is the retry."""
    # By name: what reads pictures is for workers alone.
    task = current_app.signature(TASK)
    broker.publish((task, attachment_id, QUEUE) for attachment_id in attachment_ids)
