"""Brings database and static files up to date; with --demo also opens a first account."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.static import collect
from rooms.provisioning import open_demo


class Command(BaseCommand):
    help = (
        "Migrate, collect static files and, with --demo, open a demo account if there is no user."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="print the new account as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        collect()
        if not options["demo"]:
            return
        demo = open_demo()
        if demo is not None:
            facts = {
                "email": demo.email,
                "password": demo.password,
                "link": f"{settings.SITE_URL}/c/{demo.opened.link.token}",
                "key": demo.api_key,
            }
            self.stdout.write(json.dumps(facts))
