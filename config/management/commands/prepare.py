"""Brings database and static files up to date; with --demo also opens a first account."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from config.postgresql import limits, locks
from config.static import collect
from rooms.links.addresses import link_url
from rooms.provisioning.opening import open_demo


class Command(BaseCommand):
    help = (
        "Migrate, collect static files and, with --demo, open a demo account if there is no user."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="print the new account as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with locks.hold_migration_lock(connection, self.stderr.write):
            call_command("migrate", interactive=False, verbosity=0)
            if settings.DB_POOLER:
                _give_limits(self.stderr.write)
            collect()
            demo = open_demo() if options["demo"] else None
        if settings.DB_POOLER:
            _check_limits()
        if demo is not None:
            facts = {
                "email": demo.email,
                "password": demo.password,
                "link": link_url(demo.opened.link),
                "key": demo.api_key,
            }
            self.stdout.write(json.dumps(facts))


def _give_limits(tell: locks.Tell) -> None:
    """Let the limits hold for every connection that the pooler opens. Raises CommandError."""
    role = settings.DATABASES["default"]["USER"]
    with connection.cursor() as cursor:
        try:
            elders = limits.give_to_role(cursor, role)
        except DatabaseError as error:
            spelt = "; ".join(limits.spell_default(cursor, role, name) for name in limits.LIMITS_MS)
            raise CommandError(
                f"The limits could not be given to the role: {error}. As one who may: {spelt};"
            ) from None
    if elders:
        tell(
            f"The role's new limits do not hold for {elders} connections of {role} that were open "
            "before. Let the pooler reconnect (PgBouncer: RECONNECT)."
        )


def _check_limits() -> None:
    """Go the way of requests. Raises CommandError."""
    with connection.cursor() as cursor:
        missing = limits.find_missing(cursor)
    if missing:
        raise CommandError(
            f"Behind the pooler nothing limits {', '.join(missing)}. Let it reconnect (PgBouncer: "
            "RECONNECT), and give its connections to the role that DATABASE_URL names."
        )
