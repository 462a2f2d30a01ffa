from __future__ import annotations

from typing import Any

import yaml
from django.core.management.base import BaseCommand

from signaling.wire.asyncapi import describe_wire


class Command(BaseCommand):
    help = "Print the wire as AsyncAPI 3.0; docs/asyncapi.yaml is this text."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        text = yaml.safe_dump(describe_wire(), sort_keys=False, allow_unicode=True, width=100)
        self.stdout.write(text, ending="")
