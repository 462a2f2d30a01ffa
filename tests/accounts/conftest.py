from __future__ import annotations

import pytest
from django.test import Client


def sign_in(user):
    """A browser in which the user is signed in."""
    browser = Client()
    browser.force_login(user)
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
