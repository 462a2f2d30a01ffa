"""The work behind the pages: queues, workers, and what the clock starts."""

from __future__ import annotations

from typing import Any

from kombu import Queue

from config import env
from config.processes import QUEUES

SWEEP_INTERVAL_S = env.read_int("SWEEP_INTERVAL_S", 30, minimum=1)
HOUR_S = 3600
# Whoever looks first after midnight (UTC) begins the day's work; the others go on with it.
RETENTION_INTERVAL_S = 300
LINK_ENDS_INTERVAL_S = 60
# An open inbox outlives the time for a second factor by so long at most.
OVERDUE_INTERVAL_S = 300

# A worker serves all of them unless it is told otherwise (--queues).
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in QUEUES]
# How many tasks a worker does at once; rooms/base/slots.py gives nobody more than half of them.
CELERY_WORKER_CONCURRENCY = env.read_int("WORKER_CONCURRENCY", 2, minimum=1)
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_ROUTES = {
    "rooms.notifications.*": {"queue": "notify_fast"},
    # Later calls are found by it, so nothing slow may stand before it.
    "rooms.tasks.sweep_deliveries": {"queue": "notify_fast"},
    "rooms.webhooks.*": {"queue": "webhook"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_VISIBILITY_TIMEOUT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
    "socket_timeout": 30,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # Ringing the bell may not hold a request: the sweep finds what was not queued.
    "retry_policy": {"max_retries": 1, "interval_start": 0, "timeout": 2},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 45
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.read_int("WORKER_SHUTDOWN_S", 20)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"


def repeat(task: str, every_s: int) -> dict[str, Any]:
    """Return an entry of the schedule.

    One that nobody took until the next is worth nothing: the next one does the same.
    """
    return {"task": task, "schedule": every_s, "options": {"expires": every_s}}


CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep deliveries": repeat("rooms.tasks.sweep_deliveries", SWEEP_INTERVAL_S),
    "sweep webhooks": repeat("rooms.tasks.sweep_webhooks", SWEEP_INTERVAL_S),
    "sweep the webhooks' log": repeat("rooms.tasks.sweep_webhook_log", HOUR_S),
    "go on with batches of accounts": repeat("rooms.tasks.work_off_provisioning", SWEEP_INTERVAL_S),
    "count the guests of links": repeat("rooms.tasks.sweep_link_uses", SWEEP_INTERVAL_S),
    "forget old batches of accounts": repeat("rooms.tasks.forget_provisioning", HOUR_S),
    "tidy rooms that were left without a word": repeat("rooms.tasks.tidy_rooms", HOUR_S),
    "sweep files that wait": repeat("rooms.tasks.sweep_processing", SWEEP_INTERVAL_S),
    "end blocks": repeat("rooms.tasks.end_blocks", SWEEP_INTERVAL_S),
    "forget where guests came from": repeat("rooms.tasks.forget_traces", HOUR_S),
    "sweep files without a message": repeat("rooms.tasks.sweep_attachments", HOUR_S),
    "close conversations without a word for long": repeat("rooms.tasks.close_idle_rooms", HOUR_S),
    "close what runs behind links that ended": repeat(
        "rooms.tasks.close_rooms_of_ended_links", LINK_ENDS_INTERVAL_S
    ),
    "show out members without a demanded second factor": repeat(
        "rooms.tasks.close_overdue_sockets", OVERDUE_INTERVAL_S
    ),
    "make exports of accounts": repeat("rooms.tasks.make_exports", RETENTION_INTERVAL_S),
    "remove exports whose day is over": repeat("rooms.tasks.forget_exports", HOUR_S),
    "remove what was kept long enough": repeat("rooms.tasks.apply_retention", RETENTION_INTERVAL_S),
    "remove closed accounts": repeat("accounts.tasks.remove_closed_accounts", HOUR_S),
    "sweep answers kept for repeats": repeat("api.tasks.sweep_idempotency_records", HOUR_S),
}
