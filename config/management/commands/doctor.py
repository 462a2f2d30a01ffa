from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from psycopg_pool import PoolTimeout
from redis import RedisError

from config.checks.doctor import CHECKS
from config.checks.finding import Finding, Unreachable


class Command(BaseCommand):
    help = "Look at everything Doorbell needs and say what is wrong and what to do."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for name, check in CHECKS.items():
            try:
                line = f"OK     {name}: {check()}"
            except Finding as finding:
                wrong += 1
                line = f"WRONG  {name} {finding}\n         → {finding.remedy}"
            except Unreachable as reason:
                wrong += 1
                line = f"WRONG  {name}: cannot be told: {reason}"
            except (DatabaseError, PoolTimeout, RedisError):
                wrong += 1
                line = f"WRONG  {name}: cannot be told while another service is away"
            self.stdout.write(line)
        if wrong:
            raise CommandError(f"{wrong} of {len(CHECKS)} need attention.")
