from __future__ import annotations

import os

import pytest

from tests.suite import start_suite
from tests.turns import FIRST, Turns

pytest_plugins = ["tests.cast", "tests.server", "tests.mailbox"]
# What the migrations leave behind belongs to every test.
OF_DJANGO = {"auth_permission", "django_content_type", "django_migrations", "django_site"}


def pytest_addoption(pluginmanager):
    """Start the services: this early, for the conftest files below this one may import models."""
    options = pluginmanager.get_plugin("pytestconfig").known_args_namespace
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker not in (None, FIRST):
        # What has to happen in time goes to the first, see turns.py; the others take what is left.
        os.nice(5)
    is_worker = worker is not None
    start_suite(with_services=is_worker or not options.numprocesses)


def pytest_xdist_make_scheduler(config, log):
    return Turns(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """With CI=true a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        reporter.write_line("Skipped tests are not allowed with CI=true.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Pages name their files by hash, so the files have to be collected first."""
    from config.static import collect

    collect()


@pytest.fixture(scope="session", autouse=True)
def one_scan_of_static_files():
    """Every test client has middleware of its own, which would look through all files again.

    With hundreds of them that took longer than the tests.
    """
    from whitenoise.base import WhiteNoise

    found = {}

    def scan_once(whitenoise, root, prefix, scan=WhiteNoise.update_files_dictionary):
        known = (root, prefix, whitenoise.max_age, os.stat(root).st_mtime_ns)
        if known not in found:
            before = set(whitenoise.files)
            scan(whitenoise, root, prefix)
            found[known] = {k: v for k, v in whitenoise.files.items() if k not in before}
        whitenoise.files.update(found[known])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", scan_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_flush():
    """A test that commits is followed by DELETEs where there are rows.

    Django would truncate every table, which makes a new file for each, and then write its
    permissions and content types again: ten times the work, a thousand times a run.
    """
    from django.db import connection, transaction
    from django.test import TransactionTestCase

    def empty_tables(_case):
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        ours = [connection.ops.quote_name(name) for name in names if name not in OF_DJANGO]
        filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (TABLE {name})" for name in ours)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(filled)
            for (name,) in cursor.fetchall():
                # Foreign keys are checked at the commit.
                cursor.execute(f"DELETE FROM {name}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(autouse=True)
def empty_redis():
    """Every test starts without counts, presence and queued tasks of an earlier one."""
    from accounts.base.redis import get_redis

    get_redis().flushdb()
