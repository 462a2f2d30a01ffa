from __future__ import annotations

import os

import pytest

from tests.suite import start_suite

# On import: the conftest files below this one may import models.
SUITE = start_suite()

from accounts.redis import get_redis  # noqa: E402
from config.static import collect  # noqa: E402

pytest_plugins = ["tests.cast", "tests.server"]


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
    collect()


@pytest.fixture(autouse=True)
def empty_redis():
    """Every test starts without counts, presence and queued tasks of an earlier one."""
    get_redis().flushdb()
