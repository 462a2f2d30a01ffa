"""The PostgreSQL and the Redis of this pytest process: private, fast, gone afterwards.

Several people may run tests in one clone at the same time, and each worker process of one run
has its own; the process that only hands tests to workers starts none.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from config.local.services import LocalError, Services


class Suite:
    """What runs for the whole session; `services` is None when the addresses were given."""

    def __init__(self):
        # Not TMPDIR, which may be too long for a socket.
        self.folder = Path(tempfile.mkdtemp(prefix="doorbell-test-", dir="/tmp"))
        self.services = None

    def start(self):
        os.environ.setdefault("STATIC_ROOT", str(self.folder / "static"))
        os.environ.setdefault("MEDIA_ROOT", str(self.folder / "media"))
        if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
            return
        self.services = Services(self.folder / "services", fast=True)
        try:
            self.services.start()
        except LocalError as error:
            self.stop()
            sys.exit(str(error))
        os.environ.setdefault("DATABASE_URL", self.services.places.database_url)
        os.environ.setdefault("REDIS_URL", self.services.places.redis_url)

    def stop(self):
        if self.services is not None:
            self.services.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_suite(*, with_services):
    """Start once, set the addresses and set Django up; ends with the process."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    # A pool opened before the test database exists would go on using the other one.
    os.environ["DB_POOL_SIZE"] = "0"
    # Nor may the database that a pooler hides be migrated instead of the test's.
    for name in ("DB_POOLER", "DATABASE_DIRECT_URL"):
        os.environ.pop(name, None)
    signal.signal(signal.SIGTERM, _interrupt)
    if with_services:
        suite = Suite()
        atexit.register(suite.stop)
        suite.start()
    django.setup()
    if not with_services:
        # Or pytest-django would set Django up in the workers before their services run.
        del os.environ["DJANGO_SETTINGS_MODULE"]


def _interrupt(*_):
    """End as Ctrl-C does, so that fixtures stop their processes; SystemExit would fail one test."""
    raise KeyboardInterrupt
