from __future__ import annotations

import pytest

from tests.nginx import open_house


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker, static_files, tmp_path_factory):
    """nginx, still to be started, in front of two web processes as in production."""
    with django_db_blocker.unblock(), open_house(tmp_path_factory.mktemp("house")) as nginx:
        yield nginx


@pytest.fixture
def nginx(transactional_db, house):
    """The same for one test, which starts it as it likes."""
    yield house
    house.stop()
