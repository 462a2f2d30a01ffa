"""A sign-in that is ended from elsewhere takes its sockets with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from tests.cast import PASSWORD
from tests.signaling.conftest import member_pass


def sign_in(browser):
    """Alice signs in with her password, as people do."""
    browser.post("/accounts/login/", {"login": "alice@example.com", "password": PASSWORD})


@pytest.fixture
def elsewhere(alice):
    """Another browser of Alice's."""
    browser = Client()
    sign_in(browser)
    return browser


def change_password(browser):
    new = "quite another good one"
    old = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/accounts/password/change/", old).status_code == 302


def end_others(browser):
    assert browser.post("/accounts/sessions/").status_code == 302


@pytest.mark.parametrize("deed", [change_password, end_others])
def test_it_closes_the_sockets_of_other_browsers(wire, alice, client, elsewhere, deed):
    sign_in(client)
    entry = replace(member_pass(alice, Client()), session=client.session.session_key)

    async def story(stage):
        desk = await stage.desk(entry)
        await sync_to_async(deed)(elsewhere)
        assert await desk.wait_closed() == 4500

    wire(story)
    assert client.get("/team").status_code == 302
    assert elsewhere.get("/team").status_code == 200
