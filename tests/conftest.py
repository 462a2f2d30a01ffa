from __future__ import annotations

import os

import pytest

from tests.suite import start_suite
from tests.turns import Turns

pytest_plugins = ["tests.cast", "tests.server"]


def pytest_addoption(pluginmanager):
    """Start the services: this early, for the conftest files below this one may import models."""
    options = pluginmanager.get_plugin("pytestconfig").known_args_namespace
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
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


@pytest.fixture(autouse=True)
def empty_redis():
    """Every test starts without counts, presence and queued tasks of an earlier one."""
    from accounts.base.redis import get_redis

    get_redis().flushdb()
