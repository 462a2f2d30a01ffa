from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import show_who


def sign_in(user):
    """A browser in which the user is signed in and has just shown that it is them."""
    browser = Client()
    browser.force_login(user)
    show_who(browser)
    return browser


@pytest.fixture
def alices(alice):
    return sign_in(alice)


@pytest.fixture
def bobs(bob):
    return sign_in(bob)


@pytest.fixture
def charlies(charlie):
    return sign_in(charlie)
