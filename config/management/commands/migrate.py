"""Django's migrate, one at a time and without the limits of requests."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from config.postgresql import locks


class Command(migrate.Command):
    # Whether what failed last was undone as a whole.
    atomic = True

    def handle(self, *args: Any, **options: Any) -> None:
        connection = self.connection = connections[options["database"]]
        with locks.hold_migration_lock(connection, self.stderr.write):
            locks.insist(
                lambda: super(Command, self).handle(*args, **options),
                connection,
                is_atomic=lambda: self.atomic,
            )

    def migration_progress_callback(
        self, action: str, migration: Any = None, fake: bool = False
    ) -> None:
        """Wait for locks only so long, but where an index is built beside everybody's work.

        That holds nobody up, waits for every transaction, and leaves a torso when given up.
        """
        if action in {"apply_start", "unapply_start"}:
            self.atomic = migration.atomic
            at_most_ms = locks.LOCK_TIMEOUT_MS if migration.atomic else 0
            locks.wait_for_locks(self.connection, at_most_ms=at_most_ms)
        super().migration_progress_callback(action, migration, fake)
